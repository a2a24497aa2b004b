/** Where a load balancer's nodes may be. Sources: ELB API Reference, "CreateLoadBalancer", "SetSubnets", "SetSecurityGroups". */
import type { VpcModel } from "../../network/reachability/vpc-model";
import { refusals } from "./refusals";

type Model = Pick<VpcModel, "subnets" | "internetGateways" | "securityGroups">;

/**
 * The VPC of an internet-facing load balancer in these subnets.
 * @throws AwsError unless they are in two zones of one VPC that has an internet gateway
 */
export function vpcOf({ subnets, internetGateways }: Model, subnetIds: readonly string[]): string {
  const found = [...new Set(subnetIds)].map(id => {
    const subnet = subnets.get(id);
    if (!subnet) throw refusals.subnetNotFound(id);
    return subnet;
  });
  const [first] = found;
  if (!first || found.length < 2) throw refusals.tooFewZones();
  const { vpcId } = first;
  if (found.some(subnet => subnet.vpcId !== vpcId)) throw refusals.severalVpcs();
  if (new Set(found.map(subnet => subnet.availabilityZone)).size < found.length) throw refusals.sameZone();
  if (![...internetGateways.values()].some(gateway => gateway.vpcId === vpcId))
    throw refusals.noInternetGateway(vpcId);
  return vpcId;
}

/** @throws AwsError unless all are groups of the VPC */
export function assertSecurityGroups(
  { securityGroups }: Model,
  vpcId: string,
  groupIds: readonly string[],
): void {
  const groups = groupIds.map(id => {
    const group = securityGroups.get(id);
    if (!group) throw refusals.securityGroupNotFound(id);
    return group;
  });
  if (groups.some(group => group.vpcId !== vpcId)) throw refusals.securityGroupInOtherVpc();
}

export function defaultSecurityGroup({ securityGroups }: Model, vpcId: string): string[] {
  const isDefault = (group: { vpcId: string; groupName: string }) =>
    group.vpcId === vpcId && group.groupName === "default";
  return [...securityGroups.values()].filter(isDefault).map(({ id }) => id);
}
