import { IPv4 } from "ipaddr.js";

/** Whether the CIDR contains the IPv4 address; host bits in the CIDR are ignored, as in EC2. */
export function contains(cidrBlock: string, address: string): boolean {
  return parse(address).match(parseCidr(cidrBlock));
}

export function prefixLength(cidrBlock: string): number {
  return parseCidr(cidrBlock)[1];
}

/** The CIDR's first address as an unsigned 32-bit number, and its number of addresses; host bits are ignored. */
export function addressRange(cidrBlock: string): { first: number; size: number } {
  const [address, prefix] = parseCidr(cidrBlock);
  const size = 2 ** (32 - prefix);
  const number = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  return { first: number - (number % size), size };
}

/** The CIDR with its host bits cleared; undefined if it is none. */
export function networkOf(cidrBlock: string): string | undefined {
  if (!IPv4.isValidCIDRFourPartDecimal(cidrBlock)) return undefined;
  return `${fromNumber(addressRange(cidrBlock).first)}/${prefixLength(cidrBlock)}`;
}

/** Whether two CIDRs have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [addressRange(a), addressRange(b)];
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

export function fromNumber(number: number): string {
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join(".");
}

/** The private or shared block that contains the address, if any; internet gateways drop those addresses. */
export function nonPublicBlock(address: string): "RFC1918" | "RFC6598" | undefined {
  const range = parse(address).range();
  if (range === "private") return "RFC1918";
  if (range === "carrierGradeNat") return "RFC6598";
  return undefined;
}

export function isLinkLocal(address: string): boolean {
  return parse(address).range() === "linkLocal";
}

// On its own, the library also accepts inet_aton's notations, such as "10.1" or octal "010.0.0.1".

function parse(address: string): IPv4 {
  if (!IPv4.isValidFourPartDecimal(address)) throw new Error(`"${address}" is not an IPv4 address`);
  return IPv4.parse(address);
}

function parseCidr(cidrBlock: string): [IPv4, number] {
  if (!IPv4.isValidCIDRFourPartDecimal(cidrBlock)) throw new Error(`"${cidrBlock}" is not an IPv4 CIDR`);
  return IPv4.parseCIDR(cidrBlock);
}
