import { IPv4 } from "ipaddr.js";

/** Whether the IPv4 address lies in the CIDR; host bits that are set in the CIDR count for nothing, as in EC2. */
export function contains(cidrBlock: string, address: string): boolean {
  return parse(address).match(parseCidr(cidrBlock));
}

export function prefixLength(cidrBlock: string): number {
  return parseCidr(cidrBlock)[1];
}

/** The first address of the CIDR as an unsigned 32-bit number, and how many there are; host bits count for nothing. */
export function addressRange(cidrBlock: string): { first: number; size: number } {
  const [address, prefix] = parseCidr(cidrBlock);
  const size = 2 ** (32 - prefix);
  const number = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  return { first: number - (number % size), size };
}

export function fromNumber(number: number): string {
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join(".");
}

/** The block of private or shared addresses that an address belongs to: no internet gateway lets those pass. */
export function nonPublicBlock(address: string): "RFC1918" | "RFC6598" | undefined {
  const range = parse(address).range();
  if (range === "private") return "RFC1918";
  if (range === "carrierGradeNat") return "RFC6598";
  return undefined;
}

export function isLinkLocal(address: string): boolean {
  return parse(address).range() === "linkLocal";
}

// The library by itself also reads what inet_aton does, as "10.1" or octal "010.0.0.1".

function parse(address: string): IPv4 {
  if (!IPv4.isValidFourPartDecimal(address)) throw new Error(`"${address}" is no IPv4 address`);
  return IPv4.parse(address);
}

function parseCidr(cidrBlock: string): [IPv4, number] {
  if (!IPv4.isValidCIDRFourPartDecimal(cidrBlock)) throw new Error(`"${cidrBlock}" is no IPv4 CIDR`);
  return IPv4.parseCIDR(cidrBlock);
}
