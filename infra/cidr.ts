/** Parses and divides the program's IPv4 ranges. */
import { parseCIDR } from "ipaddr.js";

export interface Cidr {
  /** The first address as an unsigned 32-bit number. */
  network: number;
  prefix: number;
}

/** Parses an IPv4 range in CIDR notation; undefined if it isn't one or has bits set beyond its prefix. */
export function parseIpv4Cidr(text: string): Cidr | undefined {
  // ipaddr.js would read a leading zero as octal; AWS rejects it.
  if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(text) || /\b0\d/.test(text)) return undefined;
  try {
    const [address, prefix] = parseCIDR(text);
    const network = address.toByteArray().reduce((number, byte) => number * 256 + byte, 0);
    return network % 2 ** (32 - prefix) === 0 ? { network, prefix } : undefined;
  } catch {
    return undefined;
  }
}

function format({ network, prefix }: Cidr): string {
  return `${[24, 16, 8, 0].map(shift => (network >>> shift) & 255).join(".")}/${prefix}`;
}

/** One of the 256 equal subnets of a VPC's range, from index 0: (10.0.0.0/16, 11) gives 10.0.11.0/24. */
export function subnetCidr(vpcCidr: string, index: number): string {
  const vpc = parseIpv4Cidr(vpcCidr);
  if (!vpc) throw new Error(`not an IPv4 range: ${vpcCidr}`);
  const prefix = vpc.prefix + 8;
  return format({ network: vpc.network + index * 2 ** (32 - prefix), prefix });
}

/** RFC 1918. */
const privateRanges = [
  { network: 0x0a000000, prefix: 8 },
  { network: 0xac100000, prefix: 12 },
  { network: 0xc0a80000, prefix: 16 },
];

export function isPrivate(cidr: Cidr): boolean {
  return privateRanges.some(({ network, prefix }) => {
    const size = 2 ** (32 - prefix);
    return cidr.prefix >= prefix && Math.floor(cidr.network / size) === network / size;
  });
}
