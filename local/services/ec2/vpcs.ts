/** VPCs and what AWS creates along with them. */
import { resourceId } from "../../identifiers";
import { defaultAclEntries } from "../../network/reachability/network-acl";
import type { Tags, VpcModel } from "../../network/reachability/vpc-model";

/**
 * Creates a VPC with its main route table, which has only the local route; its default network ACL, which allows
 * everything; and its default security group, which allows all traffic between its members and all outbound traffic.
 */
export function createVpc(vpc: VpcModel, { cidrBlock, tags }: { cidrBlock: string; tags: Tags }) {
  const vpcId = resourceId("vpc");
  vpc.vpcs.set(vpcId, { id: vpcId, cidrBlock, tags });
  const defaultNetworkAclId = resourceId("acl");
  vpc.networkAcls.set(defaultNetworkAclId, {
    id: defaultNetworkAclId,
    vpcId,
    isDefault: true,
    entries: [...defaultAclEntries],
    tags: {},
  });
  const mainRouteTableId = createRouteTable(vpc, { vpcId, main: true, tags: {} });
  const defaultSecurityGroupId = createDefaultSecurityGroup(vpc, vpcId);
  return { vpcId, mainRouteTableId, defaultNetworkAclId, defaultSecurityGroupId };
}

function createDefaultSecurityGroup(vpc: VpcModel, vpcId: string): string {
  const id = resourceId("sg");
  const description = "default VPC security group";
  vpc.securityGroups.set(id, { id, vpcId, groupName: "default", description, tags: {} });
  for (const rule of [
    { egress: false, referencedSecurityGroupId: id },
    { egress: true, cidrIpv4: "0.0.0.0/0" },
  ]) {
    const ruleId = resourceId("sgr");
    vpc.securityGroupRules.set(ruleId, { id: ruleId, groupId: id, ipProtocol: "-1", ...rule });
  }
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

/** Creates a route table with its VPC's local route; returns its id. */
export function createRouteTable(
  vpc: VpcModel,
  { vpcId, main = false, tags }: { vpcId: string; main?: boolean; tags: Tags },
): string {
  const id = resourceId("rtb");
  const destinationCidrBlock = vpc.vpcs.get(vpcId)?.cidrBlock;
  const routes = destinationCidrBlock === undefined ? [] : [{ destinationCidrBlock, gatewayId: "local" }];
  vpc.routeTables.set(id, { id, vpcId, main, routes, tags });
  return id;
}
