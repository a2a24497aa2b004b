/**
 * What becomes of one new TCP connection, as AWS would have it.
 *
 * The order of the components on a packet's way is that of the Reachability Analyzer Guide, "Getting started
 * using the AWS CLI", example 2: inward gateway, network ACL, security group, interface; outward interface,
 * security group, network ACL, route table, gateway.
 */
import { contains, isLinkLocal, nonPublicBlock } from "./cidr";
import type { Component, Connection, Decision, Direction, Drop, ExplanationCode, Hop } from "./decision";
import { known, type NetworkInterface, type Subnet, type VpcModel } from "./model";
import { decidingEntry, describeEntry, networkAclOf } from "./network-acl";
import { internetGatewayOf, isInVpc, routeTableOf, routeTo } from "./routes";
import { allowingRule } from "./security-group";

/** One end of the connection that is an interface of ours, and the other end as it is seen from there. */
interface End {
  networkInterface: NetworkInterface;
  subnet: Subnet;
  /** It opens the connection: what leaves it is the request. */
  opens: boolean;
  port: number;
  /** `interface` is absent where the other end is seen by a public address, or nobody has the address. */
  remote: { address: string; port: number; interface?: NetworkInterface };
  scope: Scope;
}

/** How far the connection goes. By a public address it always leaves the VPC, even if it comes back in. */
type Scope = "subnet" | "vpc" | "internet";

/** A packet at an interface, before it is judged. */
type Packet = Omit<Hop, "action" | "interfaceId"> & { interfaceId?: string };

/** Why a packet goes no further; `by` completes "the request from … to … was dropped by …". */
interface Cause {
  code: ExplanationCode;
  component: Component;
  rule?: number;
  by: string;
}

/** Throws where an interface is unknown or an address is malformed: AWS knows no such packet. */
export function judge(model: VpcModel, connection: Connection): Decision {
  const { from, sourcePort, to } = connection;
  const opener = "interfaceId" in from ? known(model.networkInterfaces, from.interfaceId) : undefined;
  if (opener?.privateIpAddress === to.address) {
    // A host's talk with itself never reaches its interface.
    return { outcome: "allowed", destinationInterfaceId: opener.id, hops: [] };
  }
  if (opener && isLinkLocal(to.address)) {
    // Instance metadata, DNS and time pass every filter and appear in no flow log (VPC User Guide, "Control
    // subnet traffic with network access control lists" and "Flow log limitations").
    return { outcome: "allowed", hops: [] };
  }

  const [source, destination] = endsOf(model, connection, opener);
  const hops: Hop[] = [];
  const decide = (drop?: Drop): Decision => ({
    outcome: drop ? "dropped" : "allowed",
    ...(destination && { destinationInterfaceId: destination.networkInterface.id }),
    hops,
    ...(drop && { drop }),
  });

  if ("internetAddress" in from && !destination) {
    const address = { srcaddr: from.internetAddress, srcport: sourcePort, dstaddr: to.address, dstport: to.port };
    return decide(dropOf({ direction: "ingress", packet: "request", ...address }, unknownToGateways(model, to.address)));
  }
  const passages = [
    [source, "egress"],
    [destination, "ingress"],
    [destination, "egress"],
    [source, "ingress"],
  ] as const;
  for (const [end, direction] of passages) {
    if (!end) continue; // the Internet, where nothing is filtered
    const packet = packetAt(end, direction);
    const barred = direction === "ingress" ? enter(model, end) : undefined;
    if (barred) return decide(dropOf(packet, barred));
    const filtered = filter(model, end, packet);
    hops.push({ ...packet, action: filtered ? "REJECT" : "ACCEPT" });
    const lost = filtered ?? (direction === "egress" ? leave(model, end) : undefined);
    if (lost) return decide(dropOf(packet, lost));
  }
  return decide();
}

function endsOf(
  model: VpcModel,
  { from, sourcePort, to }: Connection,
  opener: NetworkInterface | undefined,
): [source: End | undefined, destination: End | undefined] {
  const scope = opener ? scopeOf(model, opener, to.address) : "internet";
  const vpcId = opener && known(model.subnets, opener.subnetId).vpcId;
  const listener = [...model.networkInterfaces.values()].find(each =>
    scope === "internet"
      ? each.publicIpAddress === to.address
      : each.privateIpAddress === to.address && known(model.subnets, each.subnetId).vpcId === vpcId,
  );
  const endAt = (own: NetworkInterface, rest: Pick<End, "opens" | "port" | "remote">): End => {
    return { networkInterface: own, subnet: known(model.subnets, own.subnetId), scope, ...rest };
  };
  const nearby = (other: NetworkInterface | undefined) => (scope === "internet" ? undefined : other);
  const openerAddress =
    "internetAddress" in from
      ? from.internetAddress
      : addressSeen(scope, known(model.networkInterfaces, from.interfaceId));
  return [
    opener && endAt(opener, { opens: true, port: sourcePort, remote: { ...to, interface: nearby(listener) } }),
    listener &&
      endAt(listener, {
        opens: false,
        port: to.port,
        remote: { address: openerAddress, port: sourcePort, interface: nearby(opener) },
      }),
  ];
}

function scopeOf(model: VpcModel, opener: NetworkInterface, address: string): Scope {
  const subnet = known(model.subnets, opener.subnetId);
  if (contains(subnet.cidrBlock, address)) return "subnet";
  return isInVpc(model, subnet.vpcId, address) ? "vpc" : "internet";
}

/** The address by which others see an interface that opens a connection. */
function addressSeen(scope: Scope, { publicIpAddress, privateIpAddress }: NetworkInterface): string {
  // The gateway translates; what has no public address is lost there, so that nobody sees the private one.
  return (scope === "internet" ? publicIpAddress : undefined) ?? privateIpAddress;
}

function packetAt({ networkInterface, opens, port, remote }: End, direction: Direction): Packet & Pick<Hop, "interfaceId"> {
  const own = { address: networkInterface.privateIpAddress, port };
  const [source, destination] = direction === "egress" ? [own, remote] : [remote, own];
  return {
    interfaceId: networkInterface.id,
    direction,
    packet: opens === (direction === "egress") ? "request" : "reply",
    srcaddr: source.address,
    dstaddr: destination.address,
    srcport: source.port,
    dstport: destination.port,
  };
}

/** Groups stand at the interface, the ACL at the edge of the subnet around it. */
function filter(model: VpcModel, end: End, packet: Packet): Cause | undefined {
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
    component: { type: "security-group", ids: groupIds },
    by: `security group ${groupIds.join(", ")} of network interface ${id} (no ${direction} rule allows ${traffic})`,
  };
}

function filterByAcl(
  model: VpcModel,
  { subnet, remote, scope }: End,
  { direction, dstport }: Packet,
): Cause | undefined {
  if (scope === "subnet") return undefined; // an ACL guards the edge only
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

/** The route out of a subnet, and the internet gateway where the route leads there. */
function leave(model: VpcModel, { networkInterface, subnet, remote, scope }: End): Cause | undefined {
  const table = routeTableOf(model, subnet);
  const component: Component = { type: "route-table", ids: [table.id] };
  const tableOfSubnet = `route table ${table.id} of subnet ${subnet.id}`;
  if (scope !== "internet") {
    // The local route: only a middlebox could have a more specific one, and there are none here.
    if (remote.interface) return undefined;
    const by = `${tableOfSubnet} (local route, but no network interface has ${remote.address})`;
    return { code: "NO_POSSIBLE_DESTINATION", component, by };
  }
  const route = routeTo(table, remote.address);
  if (!route) {
    const by = `${tableOfSubnet} (no route to ${remote.address})`;
    return { code: "NO_ROUTE_TO_DESTINATION", component, by };
  }
  const { gatewayId, destinationCidrBlock } = route;
  if (internetGatewayOf(model, subnet.vpcId)?.id !== gatewayId) {
    const by = `${tableOfSubnet} (blackhole: ${destinationCidrBlock} leads to ${gatewayId}, not attached to ${subnet.vpcId})`;
    return { code: "BAD_STATE_ROUTE", component, by };
  }
  return leaveByGateway(gatewayId, networkInterface, remote.address);
}

function leaveByGateway(
  gatewayId: string,
  { id, publicIpAddress }: NetworkInterface,
  address: string,
): Cause | undefined {
  const component: Component = { type: "internet-gateway", ids: [gatewayId] };
  if (publicIpAddress === undefined) {
    const by = `internet gateway ${gatewayId} (network interface ${id} has no public address)`;
    return { code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", component, by };
  }
  const block = nonPublicBlock(address);
  if (!block) return undefined;
  const by = `internet gateway ${gatewayId} (destination ${address} is not public: ${block})`;
  return { code: `IGW_DESTINATION_ADDRESS_NOT_IN_${block}_EGRESS`, component, by };
}

/** The internet gateway, for what comes from beyond it. */
function enter(model: VpcModel, { networkInterface, subnet, remote, scope }: End): Cause | undefined {
  if (scope !== "internet") return undefined;
  const gateway = internetGatewayOf(model, subnet.vpcId);
  if (!gateway) {
    const by = `the absence of an internet gateway in ${subnet.vpcId} of network interface ${networkInterface.id}`;
    return { code: "NO_PATH", component: { type: "network-interface", ids: [networkInterface.id] }, by };
  }
  const block = nonPublicBlock(remote.address);
  if (!block) return undefined;
  return {
    code: `IGW_SOURCE_ADDRESS_NOT_IN_${block}_INGRESS`,
    component: { type: "internet-gateway", ids: [gateway.id] },
    by: `internet gateway ${gateway.id} (source ${remote.address} is not public: ${block})`,
  };
}

function unknownToGateways(model: VpcModel, address: string): Cause {
  const ids = [...model.internetGateways.keys()];
  return {
    code: "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    component: { type: "internet-gateway", ids },
    by: `internet gateway ${ids.join(", ")} (no network interface has the public address ${address})`,
  };
}

function dropOf({ interfaceId, direction, packet, ...address }: Packet, { by, ...cause }: Cause): Drop {
  const { srcaddr, srcport, dstaddr, dstport } = address;
  return {
    ...cause,
    ...(interfaceId !== undefined && { interfaceId }),
    direction,
    packet,
    explanation: `the ${packet} from ${srcaddr}:${srcport} to ${dstaddr}:${dstport} (TCP) was dropped by ${by}`,
  };
}
