import { IPv4 } from "ipaddr.js";

export interface Cidr {
  /** The first address as an unsigned 32-bit number. */
  network: number;
  prefix: number;
}

/** Parses an IPv4 range in CIDR notation; undefined if it isn't one or has bits set beyond its prefix. */
export function parseIpv4Cidr(text: string): Cidr | undefined {
  // In a prefix, ipaddr.js would accept a leading zero; AWS rejects it.
  if (!IPv4.isValidCIDRFourPartDecimal(text) || /\/0\d/.test(text)) return undefined;
  const [address, prefix] = IPv4.parseCIDR(text);
  const network = address.toByteArray().reduce((number, byte) => number * 256 + byte, 0);
  return network % 2 ** (32 - prefix) === 0 ? { network, prefix } : undefined;
}

function bytesOf(address: number): number[] {
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 255);
}

/** One of the 256 equal subnets of a VPC's range, from index 0: (10.0.0.0/16, 11) gives 10.0.11.0/24. */
export function subnetCidr(vpcCidr: string, index: number): string {
  const vpc = parseIpv4Cidr(vpcCidr);
  if (!vpc) throw new Error(`not an IPv4 range: ${vpcCidr}`);
  const prefix = vpc.prefix + 8;
  return `${bytesOf(vpc.network + index * 2 ** (32 - prefix)).join(".")}/${prefix}`;
}

/** Whether all its addresses are private by RFC 1918. Its ends tell: no aligned range spans two of the private ones. */
export function isPrivate({ network, prefix }: Cidr): boolean {
  const ends = [network, network + 2 ** (32 - prefix) - 1];
  return ends.every(end => new IPv4(bytesOf(end)).range() === "private");
}
