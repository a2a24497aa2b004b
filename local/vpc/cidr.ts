import ipaddr from "ipaddr.js";

/** Whether the IPv4 address lies in the CIDR; host bits that are set in the CIDR count for nothing, as in EC2. */
export function contains(cidrBlock: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidrBlock));
}

export function prefixLength(cidrBlock: string): number {
  return ipaddr.IPv4.parseCIDR(cidrBlock)[1];
}

/** The block of private or shared addresses that an address belongs to: no internet gateway lets those pass. */
export function nonPublicBlock(address: string): "RFC1918" | "RFC6598" | undefined {
  const range = ipaddr.IPv4.parse(address).range();
  if (range === "private") return "RFC1918";
  if (range === "carrierGradeNat") return "RFC6598";
  return undefined;
}

export function isLinkLocal(address: string): boolean {
  return ipaddr.IPv4.parse(address).range() === "linkLocal";
}
