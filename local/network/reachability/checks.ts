/**
 * Decides whether something drops a packet at one end of its path. Inbound, a packet passes gateway, network ACL,
 * security group, interface; outbound, interface, security group, network ACL, route table, gateway. Source:
 * Reachability Analyzer Guide, "Getting started using the AWS CLI", example 2.
 */
import { nonPublicBlock } from "../ipv4";
import type { Component, ExplanationCode } from "./decision";
import type { VpcModel } from "./vpc-model";
import { decidingEntry, describeEntry, networkAclOf } from "./network-acl";
import type { End, Packet } from "./path";
import { internetGatewayOf, routeTableOf, routeTo } from "./routes";
import { allowingRule } from "./security-group";

/** Why a packet is dropped; `by` completes "the request from … to … was dropped by …". */
export interface Cause {
  code: ExplanationCode;
  component: Component;
  rule?: number;
  by: string;
}

/** Security groups apply at the interface, the ACL at the subnet's edge. */
export function filter(model: VpcModel, end: End, packet: Packet): Cause | undefined {
  return packet.direction === "egress"
    ? (filterByGroups(model, end, packet) ?? filterByAcl(model, end, packet))
    : (filterByAcl(model, end, packet) ?? filterByGroups(model, end, packet));
}

function filterByGroups(
  model: VpcModel,
  { networkInterface, remote }: End,
  { direction, packet, dstport }: Packet,
): Cause | undefined {
  if (packet === "reply") return undefined; // stateful
  const { id, groupIds } = networkInterface;
  const egress = direction === "egress";
  const otherEnd = { address: remote.address, groupIds: remote.interface?.groupIds ?? [] };
  if (allowingRule(model, groupIds, { egress, destinationPort: dstport, ...otherEnd })) return undefined;
  const traffic = `TCP ${dstport} ${egress ? "to" : "from"} ${remote.address}`;
  return {
    code: "ENI_SG_RULES_MISMATCH",
    component: { type: "security-group", ids: [...groupIds] },
    by: `security ${groupIds.length === 1 ? "group" : "groups"} ${groupIds.join(", ")} of network interface ${id} (no ${direction} rule allows ${traffic})`,
  };
}

function filterByAcl(
  model: VpcModel,
  { subnet, remote, scope }: End,
  { direction, dstport }: Packet,
): Cause | undefined {
  if (scope === "subnet") return undefined; // ACLs apply only at the subnet's edge
  const acl = networkAclOf(model, subnet);
  const entry = decidingEntry(acl, {
    egress: direction === "egress",
    address: remote.address,
    destinationPort: dstport,
  });
  if (entry.ruleAction === "allow") return undefined;
  return {
    code: "SUBNET_ACL_RESTRICTION",
    component: { type: "network-acl", ids: [acl.id] },
    rule: entry.ruleNumber,
    by: `network ACL ${acl.id} (${direction} rule ${describeEntry(entry)}) of subnet ${subnet.id}`,
  };
}

/** Checks the route out of a subnet, and the internet gateway if the route leads there. */
export function checkExit(
  model: VpcModel,
  { networkInterface, subnet, remote, scope }: End,
): Cause | undefined {
  const table = routeTableOf(model, subnet);
  const droppedBecause = (code: ExplanationCode, why: string): Cause => ({
    code,
    component: { type: "route-table", ids: [table.id] },
    by: `route table ${table.id} of subnet ${subnet.id} (${why})`,
  });
  if (scope !== "internet") {
    // The local route: only middlebox routing could be more specific, and it isn't modelled.
    if (remote.interface) return undefined;
    const why = `local route, but no network interface has ${remote.address}`;
    return droppedBecause("NO_POSSIBLE_DESTINATION", why);
  }
  const route = routeTo(table, remote.address);
  if (!route) return droppedBecause("NO_ROUTE_TO_DESTINATION", `no route to ${remote.address}`);
  const { gatewayId, destinationCidrBlock } = route;
  if (internetGatewayOf(model, subnet.vpcId)?.id !== gatewayId) {
    const why = `blackhole: ${destinationCidrBlock} leads to ${gatewayId}, not attached to ${subnet.vpcId}`;
    return droppedBecause("BAD_STATE_ROUTE", why);
  }
  if (networkInterface.publicIpAddress === undefined) {
    const why = `network interface ${networkInterface.id} has no public address`;
    return droppedByGateway([gatewayId], "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", why);
  }
  const block = nonPublicBlock(remote.address);
  if (!block) return undefined;
  const why = `destination ${remote.address} is not public: ${block}`;
  return droppedByGateway([gatewayId], `IGW_DESTINATION_ADDRESS_NOT_IN_${block}_EGRESS`, why);
}

/** Checks the internet gateway for packets from the Internet, and that something is there to receive a packet. */
export function checkEntry(model: VpcModel, end: End): Cause | undefined {
  return (end.scope === "internet" ? checkGateway(model, end) : undefined) ?? checkState(end);
}

function checkState({ networkInterface: { id, isDown } }: End): Cause | undefined {
  if (!isDown) return undefined;
  const by = `network interface ${id} (its instance is stopped)`;
  return { code: "BAD_STATE", component: { type: "network-interface", ids: [id] }, by };
}

function checkGateway(model: VpcModel, { networkInterface, subnet, remote }: End): Cause | undefined {
  const gateway = internetGatewayOf(model, subnet.vpcId);
  if (!gateway) {
    const by = `${subnet.vpcId} of network interface ${networkInterface.id} (no internet gateway is attached)`;
    return { code: "NO_PATH", component: { type: "network-interface", ids: [networkInterface.id] }, by };
  }
  const block = nonPublicBlock(remote.address);
  if (!block) return undefined;
  const why = `source ${remote.address} is not public: ${block}`;
  return droppedByGateway([gateway.id], `IGW_SOURCE_ADDRESS_NOT_IN_${block}_INGRESS`, why);
}

/** The cause for a request from the Internet to an address that isn't an interface's public one. */
export function unassignedAddress(model: VpcModel, address: string): Cause {
  const attached = [...model.internetGateways.values()].filter(({ vpcId }) => vpcId !== undefined);
  const ids = attached.map(({ id }) => id);
  const why = `no network interface has the public address ${address}`;
  return droppedByGateway(ids, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", why);
}

function droppedByGateway(ids: string[], code: ExplanationCode, why: string): Cause {
  const component: Component = { type: "internet-gateway", ids };
  return { code, component, by: `internet gateway ${ids.join(", ")} (${why})` };
}
