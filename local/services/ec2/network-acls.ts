import { resourceId } from "../../identifiers";
import type { NetworkAcl, NetworkAclEntry, Tags, VpcModel } from "../../network/reachability/vpc-model";

/** Creates a network ACL without entries: it denies everything. */
export function createNetworkAcl(vpc: VpcModel, { vpcId, tags }: { vpcId: string; tags: Tags }): NetworkAcl {
  const acl = { id: resourceId("acl"), vpcId, isDefault: false, entries: [], tags };
  vpc.networkAcls.set(acl.id, acl);
  return acl;
}

export function defaultNetworkAclOf(vpc: VpcModel, vpcId: string): NetworkAcl {
  for (const acl of vpc.networkAcls.values()) if (acl.vpcId === vpcId && acl.isDefault) return acl;
  throw new Error(`${vpcId} has no default network ACL`);
}

/** Associates a subnet with an ACL, instead of its previous one; returns the new association's id. */
export function associateNetworkAcl(vpc: VpcModel, subnetId: string, networkAclId: string): string {
  for (const previous of [...vpc.networkAclAssociations.values()])
    if (previous.subnetId === subnetId) vpc.networkAclAssociations.delete(previous.id);
  const id = resourceId("aclassoc");
  vpc.networkAclAssociations.set(id, { id, subnetId, networkAclId });
  return id;
}

/** Identifies an entry of an ACL: numbers are unique per direction. */
export type EntryNumber = Pick<NetworkAclEntry, "ruleNumber" | "egress">;

export function entryWith(
  { entries }: NetworkAcl,
  { ruleNumber, egress }: EntryNumber,
): NetworkAclEntry | undefined {
  return entries.find(entry => entry.ruleNumber === ruleNumber && entry.egress === egress);
}

/** Adds an entry, instead of the one with its number if there is one. */
export function putEntry(acl: NetworkAcl, entry: NetworkAclEntry): void {
  deleteEntry(acl, entry);
  acl.entries.push(entry);
}

export function deleteEntry(acl: NetworkAcl, number: EntryNumber): void {
  const deleted = entryWith(acl, number);
  acl.entries = acl.entries.filter(entry => entry !== deleted);
}
