/**
 * Network ACLs: stateless, read in the order of their rule numbers, the first match decides.
 * Source: VPC User Guide, "Network ACL basics" and "Network ACL rules".
 */
import { contains } from "../ipv4";
import { known, type NetworkAcl, type NetworkAclEntry, type Subnet, type VpcModel } from "./vpc-model";

/** One packet as a network ACL sees it. */
export interface AclPacket {
  egress: boolean;
  /** The end outside the subnet: the source of inbound packets, the destination of outbound ones. */
  address: string;
  destinationPort: number;
}

export const lastRuleNumber = 32767;

/** The entries of a new VPC's default network ACL. */
export const defaultAclEntries: readonly NetworkAclEntry[] = [true, false].map(egress => ({
  ruleNumber: 100,
  egress,
  protocol: "-1",
  ruleAction: "allow",
  cidrBlock: "0.0.0.0/0",
}));

/** The ACL associated with a subnet. */
export function networkAclOf(model: VpcModel, subnet: Subnet): NetworkAcl {
  for (const { subnetId, networkAclId } of model.networkAclAssociations.values()) {
    if (subnetId === subnet.id) return known(model.networkAcls, networkAclId);
  }
  throw new Error(`${subnet.id} has no network ACL`);
}

/** One direction's entries in evaluation order, ending with the implied deny. */
export function entriesInOrder(acl: NetworkAcl, egress: boolean): NetworkAclEntry[] {
  const stored = acl.entries.filter(entry => entry.egress === egress);
  return [...stored.sort((a, b) => a.ruleNumber - b.ruleNumber), impliedDeny(egress)];
}

/** The first entry that matches a TCP packet. */
export function decidingEntry(acl: NetworkAcl, packet: AclPacket): NetworkAclEntry {
  const { egress } = packet;
  return entriesInOrder(acl, egress).find(entry => matches(entry, packet)) ?? impliedDeny(egress);
}

function matches(entry: NetworkAclEntry, { address, destinationPort }: AclPacket): boolean {
  if (!contains(entry.cidrBlock, address)) return false;
  // "All traffic" ignores the entry's port range. Source: EC2 API Reference, CreateNetworkAclEntry.
  if (entry.protocol === "-1") return true;
  if (entry.protocol !== "6") return false;
  const { from, to } = entry.portRange ?? { from: 0, to: 65535 };
  return from <= destinationPort && destinationPort <= to;
}

function impliedDeny(egress: boolean): NetworkAclEntry {
  return { ruleNumber: lastRuleNumber, egress, protocol: "-1", ruleAction: "deny", cidrBlock: "0.0.0.0/0" };
}
