import fc from "fast-check";
import { isPrivate, parseIpv4Cidr, subnetCidr } from "./cidr";

test.each([
  ["0.0.0.0/0", 0, 0],
  ["10.0.0.0/16", 0x0a000000, 16],
  ["172.16.240.0/20", 0xac10f000, 20],
  ["255.255.255.255/32", 0xffffffff, 32],
])("%s is a valid range", (text, network, prefix) => {
  expect(parseIpv4Cidr(text)).toEqual({ network, prefix });
});

test.each([
  "",
  "10.0.0.0",
  "10.0.0.0/",
  "10.0.0.0/33",
  "10.0.0.0/-1",
  "10.0.0.0/1.5",
  "10.0.0/24",
  "10.0.0.0.0/24",
  "256.0.0.0/8",
  "10.0.0.1/24",
  "0.0.0.1/0",
  "010.0.0.0/8",
  "10.0.0.00/8",
  "10.0.0.0/08",
  "0x0a.0.0.0/8",
  " 10.0.0.0/8",
  "10.0.0.0/8\n",
  "::/0",
  "::ffff:10.0.0.0/104",
])("%j is not a valid range", text => {
  expect(parseIpv4Cidr(text)).toBeUndefined();
});

test.each([
  ["10.0.0.0/16", 1, "10.0.1.0/24"],
  ["10.0.0.0/16", 255, "10.0.255.0/24"],
  ["172.16.0.0/20", 11, "172.16.0.176/28"],
  ["192.168.64.0/18", 2, "192.168.64.128/26"],
])("in %s, subnet %d is %s", (vpc, index, expected) => {
  expect(subnetCidr(vpc, index)).toBe(expected);
});

test("an invalid range has no subnets", () => {
  expect(() => subnetCidr("10.0.0.1/16", 0)).toThrow("not an IPv4 range: 10.0.0.1/16");
});

test("the 256 subnets cover the range in order, without overlap", () => {
  const ranges = fc
    .tuple(fc.nat(0xffffffff), fc.integer({ min: 0, max: 24 }))
    .map(([address, prefix]) => ({ network: address - (address % 2 ** (32 - prefix)), prefix }));
  fc.assert(
    fc.property(ranges, ({ network, prefix }) => {
      const octets = [24, 16, 8, 0].map(shift => (network >>> shift) & 255);
      const vpc = `${octets.join(".")}/${prefix}`;
      const size = 2 ** (24 - prefix);
      const subnets = Array.from({ length: 256 }, (_, index) => parseIpv4Cidr(subnetCidr(vpc, index)));
      expect(subnets).toEqual(
        subnets.map((_, index) => ({ network: network + index * size, prefix: prefix + 8 })),
      );
    }),
  );
});

test.each([
  ["10.0.0.0/8", true],
  ["10.255.255.255/32", true],
  ["172.16.0.0/12", true],
  ["172.31.255.0/24", true],
  ["192.168.0.0/16", true],
  ["10.0.0.0/7", false],
  ["11.0.0.0/8", false],
  ["9.255.255.255/32", false],
  ["172.15.255.0/24", false],
  ["172.32.0.0/12", false],
  ["172.0.0.0/8", false],
  ["192.168.0.0/15", false],
  ["192.169.0.0/16", false],
  ["100.64.0.0/10", false],
  ["0.0.0.0/0", false],
])("%s is private: %s", (text, expected) => {
  const cidr = parseIpv4Cidr(text);
  if (!cidr) throw new Error(`${text} is not a range`);
  expect(isPrivate(cidr)).toBe(expected);
});
