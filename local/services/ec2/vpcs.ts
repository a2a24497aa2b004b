/** VPCs and what AWS creates along with them. */
import { resourceId } from "../../identifiers";
import { defaultAclEntries } from "../../network/reachability/network-acl";
import type { Vpc, VpcModel } from "../../network/reachability/vpc-model";
import { createRouteTable } from "./route-tables";
import { addRule, allowAllEgress } from "./security-groups";

type NewVpc = Pick<Vpc, "cidrBlock" | "tags"> & Partial<Pick<Vpc, "isDefault" | "instanceTenancy">>;

/**
 * Creates a VPC with its main route table, which has only the local route; its default network ACL, which allows
 * everything; and its default security group, which allows all traffic between its members and all outbound traffic.
 */
export function createVpc(
  vpc: VpcModel,
  { isDefault = false, instanceTenancy = "default", ...rest }: NewVpc,
) {
  const vpcId = resourceId("vpc");
  vpc.vpcs.set(vpcId, {
    id: vpcId,
    isDefault,
    // Source of these defaults: VPC User Guide, "DNS attributes for your VPC".
    enableDnsSupport: true,
    enableDnsHostnames: isDefault,
    enableNetworkAddressUsageMetrics: false,
    instanceTenancy,
    ...rest,
  });
  const defaultNetworkAclId = resourceId("acl");
  const entries = [...defaultAclEntries];
  vpc.networkAcls.set(defaultNetworkAclId, {
    id: defaultNetworkAclId,
    vpcId,
    isDefault: true,
    entries,
    tags: {},
  });
  const { id: mainRouteTableId } = createRouteTable(vpc, { vpcId, main: true, tags: {} });
  const defaultSecurityGroupId = createDefaultSecurityGroup(vpc, vpcId);
  return { vpcId, mainRouteTableId, defaultNetworkAclId, defaultSecurityGroupId };
}

function createDefaultSecurityGroup(vpc: VpcModel, vpcId: string): string {
  const id = resourceId("sg");
  const description = "default VPC security group";
  vpc.securityGroups.set(id, { id, vpcId, groupName: "default", description, tags: {} });
  const fromMembers = { ipProtocol: "-1", referencedSecurityGroupId: id };
  addRule(vpc, { groupId: id, egress: false, ...fromMembers, tags: {} });
  allowAllEgress(vpc, id);
  return id;
}

/** Deletes a VPC and all its route tables, network ACLs, security groups and rules. */
export function deleteVpc(vpc: VpcModel, vpcId: string): void {
  for (const map of [vpc.routeTables, vpc.networkAcls, vpc.securityGroups]) {
    for (const owned of [...map.values()]) if (owned.vpcId === vpcId) map.delete(owned.id);
  }
  for (const { id, groupId } of [...vpc.securityGroupRules.values()])
    if (!vpc.securityGroups.has(groupId)) vpc.securityGroupRules.delete(id);
  vpc.vpcs.delete(vpcId);
}

export function defaultVpcOf(vpc: VpcModel): Vpc | undefined {
  return [...vpc.vpcs.values()].find(({ isDefault }) => isDefault);
}
