import { resourceId } from "../../identifiers";
import { contains, networkOf, overlap, prefixLength } from "../../network/ipv4";
import type { Subnet, Vpc, VpcModel } from "../../network/reachability/vpc-model";
import type { Ec2 } from "./ec2";
import { associateNetworkAcl, defaultNetworkAclOf } from "./network-acls";
import { networkRefusals } from "./network-refusals";

/** Creates a subnet, associated with its VPC's default network ACL. */
export function createSubnet(
  { vpc, interfaces }: Pick<Ec2, "vpc" | "interfaces">,
  subnet: Omit<Subnet, "id">,
): Subnet {
  const created = { id: resourceId("subnet"), ...subnet };
  vpc.subnets.set(created.id, created);
  interfaces.addSubnet(created.id, created.cidrBlock);
  associateNetworkAcl(vpc, created.id, defaultNetworkAclOf(vpc, created.vpcId).id);
  return created;
}

/** Deletes a subnet and its associations. */
export function deleteSubnet({ vpc, interfaces }: Pick<Ec2, "vpc" | "interfaces">, subnetId: string): void {
  vpc.subnets.delete(subnetId);
  interfaces.removeSubnet(subnetId);
  for (const associations of [vpc.networkAclAssociations, vpc.routeTableAssociations])
    for (const association of [...associations.values()])
      if (association.subnetId === subnetId) associations.delete(association.id);
}

/**
 * The subnet's range with its host bits cleared, as EC2 keeps it.
 * @throws AwsError unless it is a /16 to /28 within the VPC's range and apart from its other subnets
 */
export function subnetRange(model: VpcModel, vpc: Vpc, cidr: string): string {
  const range = networkOf(cidr);
  if (range === undefined) throw networkRefusals.invalidCidr("cidrBlock", cidr);
  if (prefixLength(range) < 16 || prefixLength(range) > 28 || !isWithin(range, vpc.cidrBlock))
    throw networkRefusals.subnetRange(cidr);
  const others = [...model.subnets.values()].filter(({ vpcId }) => vpcId === vpc.id);
  if (others.some(({ cidrBlock }) => overlap(cidrBlock, range))) throw networkRefusals.subnetConflict(cidr);
  return range;
}

/** Whether one range lies in another. */
export function isWithin(inner: string, outer: string): boolean {
  const [firstAddress = ""] = inner.split("/");
  return prefixLength(inner) >= prefixLength(outer) && contains(outer, firstAddress);
}
