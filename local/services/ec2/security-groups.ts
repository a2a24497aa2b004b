import { resourceId } from "../../identifiers";
import type { SecurityGroup, SecurityGroupRule, VpcModel } from "../../network/reachability/vpc-model";

/** Creates a security group that allows nothing in and everything out. */
export function createSecurityGroup(vpc: VpcModel, group: Omit<SecurityGroup, "id">): SecurityGroup {
  const created = { id: resourceId("sg"), ...group };
  vpc.securityGroups.set(created.id, created);
  allowAllEgress(vpc, created.id);
  return created;
}

/** Deletes a security group and its rules. */
export function deleteSecurityGroup(vpc: VpcModel, groupId: string): void {
  for (const rule of rulesOf(vpc, groupId)) vpc.securityGroupRules.delete(rule.id);
  vpc.securityGroups.delete(groupId);
}

/** The rules of a group, in the order of their creation; of both directions unless one is given. */
export function rulesOf(vpc: VpcModel, groupId: string, egress?: boolean): SecurityGroupRule[] {
  return [...vpc.securityGroupRules.values()].filter(
    rule => rule.groupId === groupId && (egress === undefined || rule.egress === egress),
  );
}

export function addRule(vpc: VpcModel, rule: Omit<SecurityGroupRule, "id">): SecurityGroupRule {
  const added = { id: resourceId("sgr"), ...rule };
  vpc.securityGroupRules.set(added.id, added);
  return added;
}

/** The egress rule of every new group. */
export function allowAllEgress(vpc: VpcModel, groupId: string): void {
  addRule(vpc, { groupId, egress: true, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", tags: {} });
}

/** Whether an interface is in the group, or another group's rule names it. */
export function isInUse(vpc: VpcModel, groupId: string): boolean {
  return (
    [...vpc.networkInterfaces.values()].some(({ groupIds }) => groupIds.includes(groupId)) ||
    [...vpc.securityGroupRules.values()].some(
      rule => rule.referencedSecurityGroupId === groupId && rule.groupId !== groupId,
    )
  );
}

/** What a rule allows, apart from its description and tags: two rules of a group can't allow the same. */
export type Permission = Pick<
  SecurityGroupRule,
  "ipProtocol" | "fromPort" | "toPort" | "cidrIpv4" | "referencedSecurityGroupId"
>;

export function allowsSame(a: Permission, b: Permission): boolean {
  const keyOf = ({ ipProtocol, fromPort, toPort, cidrIpv4, referencedSecurityGroupId }: Permission) =>
    JSON.stringify([ipProtocol, fromPort, toPort, cidrIpv4, referencedSecurityGroupId]);
  return keyOf(a) === keyOf(b);
}
