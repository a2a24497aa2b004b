/** A security group's rules as IP permissions: rules that share a protocol and a range of ports form one. */
import type { IpPermission, SecurityGroupRule as RuleDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import { networkOf } from "../../../network/ipv4";
import type { SecurityGroup, SecurityGroupRule, VpcModel } from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { allowsSame, rulesOf, type Permission } from "../security-groups";
import { tagList } from "../tags";
import { arnOf } from "./arns";
import { hasPorts, isIcmp, portRange, protocolName, protocolNumber } from "./protocol-numbers";
import { groupInVpc, ruleDescription } from "./security-group-names";
import { required } from "./validation";

/** What the IP permissions of a request allow, each with its description. */
export type DescribedPermission = Permission & Pick<SecurityGroupRule, "description">;

/** The parts of IpPermissions that are supported; IPv6 ranges are read so as to be refused. */
export const ipPermissionParameters = [
  "IpPermissions.IpProtocol",
  "IpPermissions.FromPort",
  "IpPermissions.ToPort",
  "IpPermissions.IpRanges",
  "IpPermissions.Ipv6Ranges",
  "IpPermissions.UserIdGroupPairs.GroupId",
  "IpPermissions.UserIdGroupPairs.GroupName",
  "IpPermissions.UserIdGroupPairs.UserId",
  "IpPermissions.UserIdGroupPairs.Description",
] as const;

/** The flat parameters of a request with a single permission. */
export interface FlatPermission {
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  CidrIp?: string;
}

/**
 * The permissions of a request, given as a list or by the flat parameters.
 * @throws AwsError unless they are given once, and each can be a rule of the group
 */
export function permissionsOf(
  vpc: VpcModel,
  group: SecurityGroup,
  { IpPermissions = [], ...flat }: FlatPermission & { IpPermissions?: IpPermission[] },
): DescribedPermission[] {
  const { IpProtocol, FromPort, ToPort, CidrIp } = flat;
  const [flatName] =
    Object.entries({ IpProtocol, FromPort, ToPort, CidrIp }).find(([, value]) => value !== undefined) ?? [];
  if (flatName !== undefined && IpPermissions.length > 0) throw networkRefusals.permissionsTwice(flatName);
  const given =
    flatName === undefined
      ? IpPermissions
      : [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp: required(CidrIp, "cidrIp") }] }];
  if (given.length === 0) throw networkRefusals.permissionsMissing();
  const permissions = given.flatMap(permission => permissionsIn(vpc, group, permission));
  const isTwice = (each: Permission, index: number) =>
    permissions.slice(0, index).some(earlier => allowsSame(earlier, each));
  if (permissions.some(isTwice)) throw networkRefusals.samePermissionTwice();
  return permissions;
}

function permissionsIn(
  vpc: VpcModel,
  group: SecurityGroup,
  { IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }: IpPermission,
): DescribedPermission[] {
  if (Ipv6Ranges.length > 0) throw networkRefusals.noIpv6("ipv6Ranges");
  const traffic = trafficOf(IpProtocol, FromPort, ToPort);
  const permissions = [
    ...IpRanges.map(({ CidrIp, Description }) => ({
      ...traffic,
      cidrIpv4: groupRange(required(CidrIp, "cidrIp")),
      ...ruleDescription(Description),
    })),
    ...UserIdGroupPairs.map(({ Description, ...pair }) => ({
      ...traffic,
      referencedSecurityGroupId: groupInVpc(vpc, group, pair).id,
      ...ruleDescription(Description),
    })),
  ];
  if (permissions.length === 0) throw networkRefusals.permissionWithoutPeer();
  return permissions;
}

/** Protocols other than TCP, UDP and ICMP have no ports: rules for them allow all of the protocol's traffic. */
export function trafficOf(
  protocol: string | undefined,
  fromPort: number | undefined,
  toPort: number | undefined,
): Pick<Permission, "ipProtocol" | "fromPort" | "toPort"> {
  const number = protocolNumber(required(protocol, "ipProtocol"));
  const ipProtocol = protocolName(number);
  if (isIcmp(number)) return { ipProtocol, fromPort: fromPort ?? -1, toPort: toPort ?? -1 };
  if (!hasPorts(number)) return { ipProtocol };
  const { from, to } = portRange(fromPort, toPort);
  return { ipProtocol, fromPort: from, toPort: to };
}

export function groupRange(cidr: string): string {
  const range = networkOf(cidr);
  if (range === undefined) throw networkRefusals.malformedCidr(cidr);
  return range;
}

/** "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80", as EC2 words it. */
export function wordingOf({ cidrIpv4, referencedSecurityGroupId, ...traffic }: Permission): string {
  const { ipProtocol, fromPort = -1, toPort = -1 } = traffic;
  const peer = `peer: ${cidrIpv4 ?? referencedSecurityGroupId}`;
  if (ipProtocol === "-1") return `${peer}, ALL`;
  return `${peer}, ${ipProtocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}`;
}

/** The permissions of a group's rules in one direction. */
export function ipPermissionsOf(vpc: VpcModel, groupId: string, egress: boolean): IpPermission[] {
  return grouped(rulesOf(vpc, groupId, egress));
}

export function grouped(rules: readonly DescribedPermission[]): IpPermission[] {
  const permissions = new Map<string, IpPermission>();
  for (const { ipProtocol, fromPort, toPort, ...rule } of rules) {
    const key = JSON.stringify([ipProtocol, fromPort, toPort]);
    const permission = permissions.get(key) ?? {
      IpProtocol: ipProtocol,
      ...(ipProtocol !== "-1" && { FromPort: fromPort, ToPort: toPort }),
      UserIdGroupPairs: [],
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
    };
    permissions.set(key, permission);
    const Description = rule.description;
    if (rule.cidrIpv4 !== undefined) permission.IpRanges?.push({ CidrIp: rule.cidrIpv4, Description });
    if (rule.referencedSecurityGroupId !== undefined)
      permission.UserIdGroupPairs?.push({
        UserId: accountId,
        GroupId: rule.referencedSecurityGroupId,
        Description,
      });
  }
  return [...permissions.values()];
}

/** A rule as DescribeSecurityGroupRules returns it. */
export function ruleDescriptionOf(rule: SecurityGroupRule, regionName: string): RuleDescription {
  const { id, groupId, egress, ipProtocol, cidrIpv4, referencedSecurityGroupId } = rule;
  return {
    SecurityGroupRuleId: id,
    GroupId: groupId,
    GroupOwnerId: accountId,
    IsEgress: egress,
    IpProtocol: ipProtocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    CidrIpv4: cidrIpv4,
    ReferencedGroupInfo:
      referencedSecurityGroupId === undefined
        ? undefined
        : { GroupId: referencedSecurityGroupId, UserId: accountId },
    Description: rule.description,
    Tags: tagList(rule.tags),
    SecurityGroupRuleArn: arnOf(regionName, id),
  };
}
