/** Security groups with their rules. Source: EC2 API Reference, "DescribeSecurityGroups". */
import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { SecurityGroupRule, VpcModel } from "../../../network/reachability/vpc-model";
import type { Ec2Actions } from "./context";
import { AwsError } from "../../../api/aws-error";
import { assertNoDryRun, pageParameters, describe, type ResourceKind } from "./describe";
import { tagList } from "../tags";
import type { Filterable } from "./filters";

export const describeSecurityGroups: Ec2Actions["DescribeSecurityGroups"] = {
  parameters: ["GroupIds", "GroupNames", ...pageParameters],
  handle({ ec2: { vpc }, regionName }, { GroupIds, GroupNames = [], ...input }) {
    assertNoDryRun(input);
    const [name] = GroupNames;
    if (name !== undefined) {
      // Names refer to the default VPC ("GroupNames"), and there is none.
      throw new AwsError(
        "InvalidGroup.NotFound",
        `The security group '${name}' does not exist in default VPC`,
      );
    }
    const groups = [...vpc.securityGroups.values()].map(
      ({ id, vpcId, groupName, description, tags }): SecurityGroup => ({
        Description: description,
        GroupName: groupName,
        IpPermissions: permissions(vpc, id, false),
        OwnerId: accountId,
        GroupId: id,
        IpPermissionsEgress: permissions(vpc, id, true),
        Tags: tagList(tags),
        VpcId: vpcId,
        SecurityGroupArn: `arn:aws:ec2:${regionName}:${accountId}:security-group/${id}`,
      }),
    );
    const { page, NextToken } = describe(groups, kind, { ids: GroupIds, ...input });
    return { SecurityGroups: page, NextToken };
  },
};

/** Rules that share a protocol and a port range form one permission, as on EC2. */
function permissions({ securityGroupRules }: VpcModel, groupId: string, egress: boolean): IpPermission[] {
  const permissions = new Map<string, IpPermission>();
  for (const rule of securityGroupRules.values()) {
    if (rule.groupId !== groupId || rule.egress !== egress) continue;
    const { ipProtocol, fromPort, toPort, cidrIpv4, referencedSecurityGroupId } = rule;
    const key = JSON.stringify([ipProtocol, fromPort, toPort]);
    const permission = permissions.get(key) ?? emptyPermission(rule);
    permissions.set(key, permission);
    if (cidrIpv4 !== undefined) permission.IpRanges?.push({ CidrIp: cidrIpv4 });
    if (referencedSecurityGroupId !== undefined)
      permission.UserIdGroupPairs?.push({ UserId: accountId, GroupId: referencedSecurityGroupId });
  }
  return [...permissions.values()];
}

function emptyPermission({ ipProtocol, fromPort, toPort }: SecurityGroupRule): IpPermission {
  return {
    IpProtocol: ipProtocol,
    ...(ipProtocol !== "-1" && { FromPort: fromPort, ToPort: toPort }),
    UserIdGroupPairs: [],
    IpRanges: [],
    Ipv6Ranges: [],
    PrefixListIds: [],
  };
}

function permissionFilters(
  prefix: string,
  of: (group: SecurityGroup) => readonly IpPermission[] | undefined,
): Filterable<SecurityGroup> {
  const each = (pick: (permission: IpPermission) => readonly (string | number | undefined)[]) => {
    return (group: SecurityGroup) => (of(group) ?? []).flatMap(pick);
  };
  return {
    [`${prefix}.cidr`]: each(permission => permission.IpRanges?.map(({ CidrIp }) => CidrIp) ?? []),
    [`${prefix}.from-port`]: each(permission => [permission.FromPort]),
    [`${prefix}.group-id`]: each(
      permission => permission.UserIdGroupPairs?.map(({ GroupId }) => GroupId) ?? [],
    ),
    [`${prefix}.protocol`]: each(permission => [permission.IpProtocol]),
    [`${prefix}.to-port`]: each(permission => [permission.ToPort]),
  };
}

const kind: ResourceKind<SecurityGroup> = {
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
