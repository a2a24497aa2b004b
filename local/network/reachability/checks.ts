/**
 * What a packet passes at one end of its path, and what decides there. Inbound, a packet passes gateway, network ACL,
 * security group; outbound, security group, network ACL, route table, gateway. Source: Reachability Analyzer Guide,
 * "Getting started using the AWS CLI", example 2.
 */
import { nonPublicBlock } from "../ipv4";
import { decidingEntry, entriesInOrder, lastRuleNumber, networkAclOf } from "./network-acl";
import { nearestEntry, nearestRoute, nearestRule } from "./nearest";
import type { End, Packet } from "./path";
import { internetGatewayOf, localRouteOf, routeTableOf, routeTo } from "./routes";
import { allowingRule, rulesOf } from "./security-group";
import type { Blocker, Component, Decider, ExplanationCode } from "./verdict";
import type { VpcModel } from "./vpc-model";
import { describeEntry } from "./words";

/** The result of one check. */
export interface Check extends Decider, Partial<Blocker> {
  component: Component;
}

/** Inbound: the internet gateway for packets from the Internet, and that something is there to receive a packet. */
export function entryChecks(model: VpcModel, end: End): Check[] {
  const checks = end.scope === "internet" ? [checkGatewayIn(model, end)] : [];
  const { id, isDown } = end.networkInterface;
  if (isDown)
    checks.push({
      component: { type: "network-interface", ids: [id] },
      code: "BAD_STATE",
      by: `network interface ${id} (its instance is stopped)`,
    });
  return checks;
}

/** Security groups apply at the interface, the ACL at the subnet's edge. */
export function filterChecks(model: VpcModel, end: End, packet: Packet): Check[] {
  const checks: Check[] = [];
  if (packet.packet === "request") checks.push(checkGroups(model, end, packet)); // groups let replies through unjudged
  if (end.scope !== "subnet") checks.push(checkAcl(model, end, packet)); // ACLs apply only at the subnet's edge
  return packet.direction === "egress" ? checks : checks.reverse();
}

/** Outbound: the route out of a subnet, and the internet gateway if the address is outside the VPC. */
export function exitChecks(model: VpcModel, end: End): Check[] {
  const route = checkRoute(model, end);
  const gateway = end.scope === "internet" ? internetGatewayOf(model, end.subnet.vpcId) : undefined;
  return gateway ? [route, checkGatewayOut(gateway.id, end)] : [route];
}

function checkGroups(
  model: VpcModel,
  { networkInterface: { id, groupIds }, remote }: End,
  { direction, dstport }: Packet,
): Check {
  const egress = direction === "egress";
  const otherGroups = remote.interface?.groupIds ?? [];
  const packet = { egress, destinationPort: dstport, address: remote.address, groupIds: otherGroups };
  const type = "security-group";
  const securityGroupRule = allowingRule(model, groupIds, packet);
  if (securityGroupRule) return { component: { type, ids: [securityGroupRule.groupId] }, securityGroupRule };
  const traffic = `TCP ${dstport} ${egress ? "to" : "from"} ${remote.address}`;
  const unmatched = { direction, address: remote.address, port: dstport };
  return {
    component: { type, ids: [...groupIds] },
    code: "ENI_SG_RULES_MISMATCH",
    by: `security ${groupIds.length === 1 ? "group" : "groups"} ${groupIds.join(", ")} of network interface ${id} (no ${direction} rule allows ${traffic})`,
    nearest: nearestRule([...rulesOf(model, groupIds, egress)], unmatched, otherGroups),
  };
}

function checkAcl(model: VpcModel, { subnet, remote }: End, { direction, dstport }: Packet): Check {
  const egress = direction === "egress";
  const acl = networkAclOf(model, subnet);
  const aclRule = decidingEntry(acl, { egress, address: remote.address, destinationPort: dstport });
  const check: Check = { component: { type: "network-acl", ids: [acl.id] }, aclRule };
  if (aclRule.ruleAction === "allow") return check;
  const unmatched = { direction, address: remote.address, port: dstport };
  const nearest =
    aclRule.ruleNumber === lastRuleNumber ? nearestEntry(entriesInOrder(acl, egress), unmatched) : undefined;
  return {
    ...check,
    code: "SUBNET_ACL_RESTRICTION",
    by: `network ACL ${acl.id} (${direction} rule ${describeEntry(aclRule)}) of subnet ${subnet.id}`,
    nearest,
  };
}

function checkRoute(model: VpcModel, { subnet, remote, scope }: End): Check {
  const table = routeTableOf(model, subnet);
  const component: Component = { type: "route-table", ids: [table.id] };
  const blocked = (code: ExplanationCode, why: string): Blocker => {
    return { code, by: `route table ${table.id} of subnet ${subnet.id} (${why})` };
  };
  if (scope !== "internet") {
    // Only middlebox routing could be more specific, and it isn't modelled.
    const route = localRouteOf(model, subnet.vpcId);
    if (remote.interface) return { component, route };
    const why = `local route, but no network interface has ${remote.address}`;
    return { component, route, ...blocked("NO_POSSIBLE_DESTINATION", why) };
  }
  const route = routeTo(table, remote.address);
  if (!route) {
    const blocker = blocked("NO_ROUTE_TO_DESTINATION", `no route to ${remote.address}`);
    return { component, ...blocker, nearest: nearestRoute(table.routes, remote.address) };
  }
  const { gatewayId, destinationCidrBlock } = route;
  if (internetGatewayOf(model, subnet.vpcId)?.id === gatewayId) return { component, route };
  const why = `blackhole: ${destinationCidrBlock} leads to ${gatewayId}, not attached to ${subnet.vpcId}`;
  return { component, route, ...blocked("BAD_STATE_ROUTE", why) };
}

function checkGatewayOut(gatewayId: string, { networkInterface, remote }: End): Check {
  if (networkInterface.publicIpAddress === undefined) {
    const why = `network interface ${networkInterface.id} has no public address`;
    return droppedByGateway([gatewayId], "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", why);
  }
  const block = nonPublicBlock(remote.address);
  if (!block) return { component: { type: "internet-gateway", ids: [gatewayId] } };
  const why = `destination ${remote.address} is not public: ${block}`;
  return droppedByGateway([gatewayId], `IGW_DESTINATION_ADDRESS_NOT_IN_${block}_EGRESS`, why);
}

function checkGatewayIn(
  model: VpcModel,
  { networkInterface: { id }, subnet: { vpcId }, remote }: End,
): Check {
  const gateway = internetGatewayOf(model, vpcId);
  if (!gateway) {
    const by = `${vpcId} of network interface ${id} (no internet gateway is attached)`;
    return { component: { type: "network-interface", ids: [id] }, code: "NO_PATH", by };
  }
  const block = nonPublicBlock(remote.address);
  if (!block) return { component: { type: "internet-gateway", ids: [gateway.id] } };
  const why = `source ${remote.address} is not public: ${block}`;
  return droppedByGateway([gateway.id], `IGW_SOURCE_ADDRESS_NOT_IN_${block}_INGRESS`, why);
}

/** The check of a request from the Internet to an address that isn't an interface's public one. */
export function unassignedAddress(model: VpcModel, address: string): Check {
  const attached = [...model.internetGateways.values()].filter(({ vpcId }) => vpcId !== undefined);
  const ids = attached.map(({ id }) => id);
  const why = `no network interface has the public address ${address}`;
  return droppedByGateway(ids, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", why);
}

function droppedByGateway(ids: string[], code: ExplanationCode, why: string): Check {
  const by = `internet gateway ${ids.join(", ")} (${why})`;
  return { component: { type: "internet-gateway", ids }, code, by };
}
