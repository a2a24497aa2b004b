/** Rules of security groups. Sources: EC2 API Reference, "AuthorizeSecurityGroupIngress" and the like. */
import type {
  IpPermission,
  SecurityGroupRule as RuleDescription,
  SecurityGroupRuleRequest,
  SecurityGroupRuleUpdate,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import type { SecurityGroup, SecurityGroupRule, VpcModel } from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { find, notFound } from "../resource-types";
import { addRule, allowsSame, rulesOf, type Permission } from "../security-groups";
import { tagsFor } from "../tags";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import {
  groupRange,
  grouped,
  ipPermissionParameters,
  permissionsOf,
  ruleDescriptionOf,
  trafficOf,
  wordingOf,
  type FlatPermission,
} from "./ip-permissions";
import { groupInVpc, namedGroup, ruleDescription } from "./security-group-names";
import { required } from "./validation";

const ruleParameters = ["GroupId", ...ipPermissionParameters, "DryRun"] as const;
const flatParameters = ["IpProtocol", "FromPort", "ToPort", "CidrIp"] as const;

export const securityGroupRuleActions = {
  AuthorizeSecurityGroupIngress: {
    parameters: ["GroupName", ...ruleParameters, ...flatParameters, "TagSpecifications"],
    handle: (context, input) => authorize(context, input, false),
  },
  AuthorizeSecurityGroupEgress: {
    parameters: [...ruleParameters, ...flatParameters, "TagSpecifications"],
    handle: (context, input) => authorize(context, input, true),
  },

  RevokeSecurityGroupIngress: {
    parameters: ["GroupName", "SecurityGroupRuleIds", ...ruleParameters, ...flatParameters],
    handle: (context, input) => revoke(context, input, false),
  },
  RevokeSecurityGroupEgress: {
    parameters: ["SecurityGroupRuleIds", ...ruleParameters, ...flatParameters],
    handle: (context, input) => revoke(context, input, true),
  },

  ModifySecurityGroupRules: {
    parameters: [
      "GroupId",
      "SecurityGroupRules.SecurityGroupRuleId",
      "SecurityGroupRules.SecurityGroupRule.IpProtocol",
      "SecurityGroupRules.SecurityGroupRule.FromPort",
      "SecurityGroupRules.SecurityGroupRule.ToPort",
      "SecurityGroupRules.SecurityGroupRule.CidrIpv4",
      "SecurityGroupRules.SecurityGroupRule.CidrIpv6",
      "SecurityGroupRules.SecurityGroupRule.ReferencedGroupId",
      "SecurityGroupRules.SecurityGroupRule.Description",
      "DryRun",
    ],
    handle({ ec2: { vpc } }, input) {
      const group = find(vpc.securityGroups, "security-group", input.GroupId);
      const changed = changedRules(vpc, group, required(input.SecurityGroupRules, "securityGroupRule"));
      assertNoDryRun(input);
      for (const rule of changed) vpc.securityGroupRules.set(rule.id, rule);
      return { Return: true };
    },
  },

  UpdateSecurityGroupRuleDescriptionsIngress: {
    parameters: ["GroupName", ...ruleParameters, "SecurityGroupRuleDescriptions"],
    handle: (context, input) => updateDescriptions(context, input, false),
  },
  UpdateSecurityGroupRuleDescriptionsEgress: {
    parameters: ["GroupName", ...ruleParameters, "SecurityGroupRuleDescriptions"],
    handle: (context, input) => updateDescriptions(context, input, true),
  },

  DescribeSecurityGroupRules: {
    parameters: ["SecurityGroupRuleIds", ...pageParameters],
    handle({ ec2: { vpc }, regionName }, input) {
      const rules = [...vpc.securityGroupRules.values()].map(rule => ruleDescriptionOf(rule, regionName));
      const { page, NextToken } = describe(rules, ruleKind, { ids: input.SecurityGroupRuleIds, ...input });
      return { SecurityGroupRules: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

interface NamedGroup {
  GroupId?: string;
  GroupName?: string;
}

interface RuleRequest extends NamedGroup, FlatPermission {
  IpPermissions?: IpPermission[];
  SecurityGroupRuleIds?: string[];
  TagSpecifications?: TagSpecification[];
  DryRun?: boolean;
}

function authorize({ ec2: { vpc }, regionName }: Ec2ActionContext, input: RuleRequest, egress: boolean) {
  const group = namedGroup(vpc, input);
  const permissions = permissionsOf(vpc, group, input);
  for (const permission of permissions) assertNew(rulesOf(vpc, group.id, egress), permission);
  const tags = tagsFor("security-group-rule", input.TagSpecifications);
  assertNoDryRun(input);
  const added = permissions.map(permission =>
    addRule(vpc, { groupId: group.id, egress, ...permission, tags: { ...tags } }),
  );
  return { Return: true, SecurityGroupRules: added.map(rule => ruleDescriptionOf(rule, regionName)) };
}

function assertNew(rules: readonly SecurityGroupRule[], permission: Permission): void {
  if (rules.some(rule => allowsSame(rule, permission)))
    throw networkRefusals.permissionDuplicate(wordingOf(permission));
}

function revoke({ ec2: { vpc } }: Ec2ActionContext, input: RuleRequest, egress: boolean) {
  const group = namedGroup(vpc, input);
  const { rules, unknown } = rulesToRevoke(vpc, group, input, egress);
  assertNoDryRun(input);
  for (const { id } of rules) vpc.securityGroupRules.delete(id);
  return {
    Return: true,
    UnknownIpPermissions: grouped(unknown),
    RevokedSecurityGroupRules: rules.map(rule => ({
      SecurityGroupRuleId: rule.id,
      GroupId: rule.groupId,
      IsEgress: rule.egress,
      IpProtocol: rule.ipProtocol,
      FromPort: rule.fromPort ?? -1,
      ToPort: rule.toPort ?? -1,
      CidrIpv4: rule.cidrIpv4,
      ReferencedGroupId: rule.referencedSecurityGroupId,
      Description: rule.description,
    })),
  };
}

/** In a default VPC, permissions that no rule has are answered, not refused ("RevokeSecurityGroupIngress"). */
function rulesToRevoke(
  vpc: VpcModel,
  group: SecurityGroup,
  input: RuleRequest,
  egress: boolean,
): { rules: SecurityGroupRule[]; unknown: Permission[] } {
  const { SecurityGroupRuleIds: ids = [], IpPermissions = [] } = input;
  const existing = rulesOf(vpc, group.id, egress);
  if (ids.length > 0 && IpPermissions.length > 0) throw networkRefusals.ruleIdsTwice();
  if (ids.length > 0) return { rules: rulesWith(existing, ids), unknown: [] };
  // The AWS provider tries to revoke the IPv6 rule that a new group has in a VPC with IPv6.
  if (IpPermissions.some(({ Ipv6Ranges = [] }) => Ipv6Ranges.length > 0))
    throw networkRefusals.permissionNotFound();
  const permissions = permissionsOf(vpc, group, input);
  const rules = permissions.flatMap(each => existing.find(rule => allowsSame(rule, each)) ?? []);
  const unknown = permissions.filter(each => !rules.some(rule => allowsSame(rule, each)));
  const { isDefault } = find(vpc.vpcs, "vpc", group.vpcId);
  if (unknown.length > 0 && !isDefault) throw networkRefusals.permissionNotFound();
  return { rules, unknown };
}

function rulesWith(rules: readonly SecurityGroupRule[], ids: readonly string[]): SecurityGroupRule[] {
  const missing = ids.filter(id => !rules.some(rule => rule.id === id));
  if (missing.length > 0) throw notFound("security-group-rule", missing);
  return rules.filter(({ id }) => ids.includes(id));
}

/** The rules as the updates leave them; each keeps its direction and tags. */
function changedRules(
  vpc: VpcModel,
  group: SecurityGroup,
  updates: readonly SecurityGroupRuleUpdate[],
): SecurityGroupRule[] {
  const existing = rulesOf(vpc, group.id);
  const changed = updates.map(({ SecurityGroupRuleId: id = "", SecurityGroupRule: request }) => {
    const [{ groupId, egress, tags } = unreachable()] = rulesWith(existing, [id]);
    const permission = requestedPermission(vpc, group, required(request, "securityGroupRule"));
    return { id, groupId, egress, ...permission, tags };
  });
  const unchanged = existing.filter(({ id }) => !changed.some(rule => rule.id === id));
  changed.forEach((rule, index) => {
    const others = [...unchanged, ...changed.slice(0, index)].filter(({ egress }) => egress === rule.egress);
    assertNew(others, rule);
  });
  return changed;
}

function unreachable(): never {
  throw new Error("rulesWith() returns a rule for each id");
}

function requestedPermission(vpc: VpcModel, group: SecurityGroup, request: SecurityGroupRuleRequest) {
  const { IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, ReferencedGroupId, Description } = request;
  if (CidrIpv6 !== undefined) throw networkRefusals.noIpv6("cidrIpv6");
  if ((CidrIpv4 === undefined) === (ReferencedGroupId === undefined)) throw networkRefusals.rulePeers();
  return {
    ...trafficOf(IpProtocol, FromPort, ToPort),
    ...(CidrIpv4 !== undefined && { cidrIpv4: groupRange(CidrIpv4) }),
    ...(ReferencedGroupId !== undefined && {
      referencedSecurityGroupId: groupInVpc(vpc, group, { GroupId: ReferencedGroupId }).id,
    }),
    ...ruleDescription(Description),
  };
}

interface DescriptionRequest extends NamedGroup {
  IpPermissions?: IpPermission[];
  SecurityGroupRuleDescriptions?: { SecurityGroupRuleId?: string; Description?: string }[];
  DryRun?: boolean;
}

/** A description that is left out is removed. */
function updateDescriptions({ ec2: { vpc } }: Ec2ActionContext, input: DescriptionRequest, egress: boolean) {
  const { SecurityGroupRuleDescriptions: byId = [], IpPermissions = [] } = input;
  const group = namedGroup(vpc, input);
  const existing = rulesOf(vpc, group.id, egress);
  if (byId.length > 0 && IpPermissions.length > 0) throw networkRefusals.ruleIdsTwice();
  const updates =
    byId.length > 0
      ? byId.flatMap(({ SecurityGroupRuleId: id = "", Description }) =>
          rulesWith(existing, [id]).map(rule => ({ rule, ...ruleDescription(Description) })),
        )
      : permissionsOf(vpc, group, input).map(({ description, ...permission }) => {
          const rule = existing.find(each => allowsSame(each, permission));
          if (!rule) throw networkRefusals.permissionNotFound();
          return { rule, description };
        });
  assertNoDryRun(input);
  for (const { rule, description } of updates) rule.description = description;
  return { Return: true };
}

const ruleKind: ResourceKind<RuleDescription> = {
  type: "security-group-rule",
  idOf: rule => rule.SecurityGroupRuleId,
  filterable: {
    "group-id": rule => rule.GroupId,
    "security-group-rule-id": rule => rule.SecurityGroupRuleId,
  },
};
