import fc from "fast-check";
import { addressRange, contains, fromNumber, isLinkLocal, nonPublicBlock, prefixLength } from "./ipv4";

const address = fc.nat(0xffffffff);

describe("contains", () => {
  it.each([
    ["0.0.0.0/0", "0.0.0.0", true],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["203.0.113.12/32", "203.0.113.12", true],
    ["203.0.113.12/32", "203.0.113.13", false],
    ["10.0.2.0/24", "10.0.2.0", true],
    ["10.0.2.0/24", "10.0.2.255", true],
    ["10.0.2.0/24", "10.0.1.255", false],
    ["10.0.2.0/24", "10.0.3.0", false],
    ["128.0.0.0/1", "127.255.255.255", false],
    ["128.0.0.0/1", "200.1.2.3", true],
    ["10.0.2.77/24", "10.0.2.1", true],
  ])("%s contains %s: %s", (cidrBlock, each, expected) => {
    expect(contains(cidrBlock, each)).toBe(expected);
  });

  it("compares the leading bits, like an oracle on bit strings", () => {
    const bits = (value: number) => value.toString(2).padStart(32, "0");
    fc.assert(
      fc.property(address, fc.nat(32), fc.nat(32), address, (network, length, agreeing, noise) => {
        // An address that shares about as many leading bits with the network as the prefix has.
        const other = bits(network).slice(0, agreeing) + bits(noise).slice(agreeing);
        const expected = other.startsWith(bits(network).slice(0, length));
        expect(contains(`${fromNumber(network)}/${length}`, fromNumber(parseInt(other, 2)))).toBe(expected);
      }),
    );
  });

  it.each(["10.0.0.0/33", "10.0.0/24", "10.0.0.0", "::/0"])("rejects the CIDR %s", cidrBlock => {
    expect(() => contains(cidrBlock, "10.0.0.1")).toThrow();
  });

  it.each(["10.0.0.256", "localhost", "::1", ""])("rejects the address %j", each => {
    expect(() => contains("0.0.0.0/0", each)).toThrow();
  });
});

it("returns the prefix length", () => {
  expect(["0.0.0.0/0", "10.0.0.0/16", "10.0.0.1/32"].map(prefixLength)).toEqual([0, 16, 32]);
});

it.each([
  ["9.255.255.255", undefined],
  ["10.0.0.0", "RFC1918"],
  ["172.15.255.255", undefined],
  ["172.31.255.255", "RFC1918"],
  ["192.168.1.1", "RFC1918"],
  ["100.63.255.255", undefined],
  ["100.64.0.0", "RFC6598"],
  ["100.127.255.255", "RFC6598"],
  ["100.128.0.0", undefined],
  ["203.0.113.1", undefined],
])("%s is in the block %s", (each, block) => {
  expect(nonPublicBlock(each)).toBe(block);
});

it.each([
  ["169.254.169.254", true],
  ["169.253.255.255", false],
  ["169.255.0.0", false],
])("%s is link-local: %s", (each, expected) => {
  expect(isLinkLocal(each)).toBe(expected);
});

test.each([
  ["203.0.113.0/24", { first: 0xcb007100, size: 256 }],
  ["203.0.113.77/24", { first: 0xcb007100, size: 256 }],
  ["0.0.0.0/0", { first: 0, size: 2 ** 32 }],
])("the range of %s is %j", (cidrBlock, range) => {
  expect(addressRange(cidrBlock)).toEqual(range);
  expect(contains(cidrBlock, fromNumber(range.first))).toBe(true);
});
