/** Security groups. Sources: EC2 API Reference, "CreateSecurityGroup" and the like. */
import type { IpPermission, SecurityGroup as GroupDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { SecurityGroup, VpcModel } from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { createSecurityGroup, deleteSecurityGroup, isInUse } from "../security-groups";
import { tagList, tagsFor } from "../tags";
import { arnOf } from "./arns";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, pageParameters, describe, type ResourceKind } from "./describe";
import type { Filterable, Value } from "./filters";
import { ipPermissionsOf } from "./ip-permissions";
import {
  assertGroupDescription,
  assertGroupName,
  groupNamed,
  namedGroup,
  vpcFor,
} from "./security-group-names";
import { required } from "./validation";

export const securityGroupActions = {
  CreateSecurityGroup: {
    parameters: ["GroupName", "Description", "VpcId", "TagSpecifications", "DryRun"],
    handle({ ec2: { vpc }, regionName }, input) {
      const groupName = required(input.GroupName, "groupName");
      const description = required(input.Description, "groupDescription");
      assertGroupName(groupName);
      assertGroupDescription(description);
      const { id: vpcId } = vpcFor(vpc, input.VpcId);
      if (groupNamed(vpc, groupName, vpcId)) throw networkRefusals.groupDuplicate(groupName, vpcId);
      const tags = tagsFor("security-group", input.TagSpecifications);
      assertNoDryRun(input);
      const { id } = createSecurityGroup(vpc, { vpcId, groupName, description, tags });
      return { GroupId: id, Tags: tagList(tags), SecurityGroupArn: arnOf(regionName, id) };
    },
  },

  DeleteSecurityGroup: {
    parameters: ["GroupId", "GroupName", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { id, groupName } = namedGroup(vpc, input);
      if (groupName === "default") throw networkRefusals.defaultGroup(id);
      if (isInUse(vpc, id)) throw networkRefusals.groupInUse(id);
      assertNoDryRun(input);
      deleteSecurityGroup(vpc, id);
      return { Return: true, GroupId: id };
    },
  },

  DescribeSecurityGroups: {
    parameters: ["GroupIds", "GroupNames", ...pageParameters],
    handle({ ec2: { vpc }, regionName }, { GroupIds = [], GroupNames = [], ...input }) {
      assertNoDryRun(input);
      const named = GroupNames.map(GroupName => namedGroup(vpc, { GroupName }).id);
      const groups = [...vpc.securityGroups.values()].map(group => descriptionOf(vpc, group, regionName));
      const { page, NextToken } = describe(groups, kind, { ids: [...GroupIds, ...named], ...input });
      return { SecurityGroups: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function descriptionOf(
  vpc: VpcModel,
  { id, vpcId, groupName, description, tags }: SecurityGroup,
  regionName: string,
): GroupDescription {
  return {
    Description: description,
    GroupName: groupName,
    IpPermissions: ipPermissionsOf(vpc, id, false),
    OwnerId: accountId,
    GroupId: id,
    IpPermissionsEgress: ipPermissionsOf(vpc, id, true),
    Tags: tagList(tags),
    VpcId: vpcId,
    SecurityGroupArn: arnOf(regionName, id),
  };
}

/** Filters on IPv6 and prefix lists are valid but match nothing here. */
function permissionFilters(
  prefix: string,
  of: (group: GroupDescription) => readonly IpPermission[] | undefined,
): Filterable<GroupDescription> {
  const each = (pick: (permission: IpPermission) => Value | readonly Value[]) => {
    return (group: GroupDescription) => (of(group) ?? []).flatMap(pick);
  };
  return {
    [`${prefix}.cidr`]: each(permission => permission.IpRanges?.map(({ CidrIp }) => CidrIp)),
    [`${prefix}.from-port`]: each(permission => permission.FromPort),
    [`${prefix}.group-id`]: each(permission => permission.UserIdGroupPairs?.map(({ GroupId }) => GroupId)),
    [`${prefix}.ipv6-cidr`]: () => [],
    [`${prefix}.prefix-list-id`]: () => [],
    [`${prefix}.protocol`]: each(permission => permission.IpProtocol),
    [`${prefix}.to-port`]: each(permission => permission.ToPort),
    [`${prefix}.user-id`]: each(permission => permission.UserIdGroupPairs?.map(({ UserId }) => UserId)),
  };
}

const kind: ResourceKind<GroupDescription> = {
  type: "security-group",
  idOf: group => group.GroupId,
  filterable: {
    description: group => group.Description,
    ...permissionFilters("egress.ip-permission", group => group.IpPermissionsEgress),
    "group-id": group => group.GroupId,
    "group-name": group => group.GroupName,
    ...permissionFilters("ip-permission", group => group.IpPermissions),
    "owner-id": group => group.OwnerId,
    "vpc-id": group => group.VpcId,
  },
};
