/** How requests name security groups, and what names and descriptions are allowed. Source: EC2 API Reference, "CreateSecurityGroup". */
import type { UserIdGroupPair } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type {
  SecurityGroup,
  SecurityGroupRule,
  Vpc,
  VpcModel,
} from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { find } from "../resource-types";
import { defaultVpcOf } from "../vpcs";

const allowed = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** @throws AwsError unless a group may have this name */
export function assertGroupName(name: string): void {
  if (name.startsWith("sg-")) throw networkRefusals.groupNameLikeId(name);
  if (!allowed.test(name)) throw networkRefusals.groupName(name);
  if (name === "default") throw networkRefusals.groupReserved(name);
}

/** @throws AwsError unless a group may have this description */
export function assertGroupDescription(description: string): void {
  if (!allowed.test(description)) throw networkRefusals.groupDescription();
}

/** A rule's description, if there is one. */
export function ruleDescription(description: string | undefined): Pick<SecurityGroupRule, "description"> {
  if (description === undefined || description === "") return {};
  if (!allowed.test(description)) throw networkRefusals.ruleDescription();
  return { description };
}

/** The VPC with this id, or else the default VPC. */
export function vpcFor(vpc: VpcModel, vpcId: string | undefined): Vpc {
  const found = vpcId === undefined ? defaultVpcOf(vpc) : find(vpc.vpcs, "vpc", vpcId);
  if (!found) throw networkRefusals.noDefaultVpc();
  return found;
}

/** The group that a request names by id, or in the default VPC by name. */
export function namedGroup(
  vpc: VpcModel,
  { GroupId, GroupName }: { GroupId?: string; GroupName?: string },
): SecurityGroup {
  if (GroupId !== undefined && GroupName !== undefined) throw networkRefusals.groupTwice();
  if (GroupId !== undefined) return find(vpc.securityGroups, "security-group", GroupId);
  if (GroupName === undefined) throw networkRefusals.groupMissing();
  const { id: vpcId } = vpcFor(vpc, undefined);
  const found = groupNamed(vpc, GroupName, vpcId);
  if (!found) throw networkRefusals.groupNameNotFound(GroupName, vpcId);
  return found;
}

export function groupNamed(vpc: VpcModel, name: string, vpcId: string): SecurityGroup | undefined {
  return [...vpc.securityGroups.values()].find(each => each.groupName === name && each.vpcId === vpcId);
}

/** The group at the other end of a rule; its VPC must be that of the rule's group. */
export function groupInVpc(vpc: VpcModel, { vpcId }: SecurityGroup, pair: UserIdGroupPair): SecurityGroup {
  const { UserId, GroupId, GroupName } = pair;
  if (UserId !== undefined && UserId !== accountId) throw networkRefusals.otherAccount(UserId);
  // Requests may echo what a describe answered, the id together with the name.
  const group = namedGroup(vpc, GroupId === undefined ? { GroupName } : { GroupId });
  if (group.vpcId !== vpcId) throw networkRefusals.groupInOtherVpc();
  return group;
}

/** An interface's new groups, each once. @throws AwsError unless there are some, all of its VPC */
export function groupsFor(vpc: VpcModel, subnetId: string, groupIds: readonly string[]): string[] {
  if (groupIds.length === 0) throw networkRefusals.interfaceWithoutGroups();
  const { vpcId } = find(vpc.subnets, "subnet", subnetId);
  const groups = groupIds.map(id => find(vpc.securityGroups, "security-group", id));
  if (groups.some(group => group.vpcId !== vpcId)) throw networkRefusals.groupInOtherVpc();
  return [...new Set(groupIds)];
}
