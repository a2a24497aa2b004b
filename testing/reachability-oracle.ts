/**
 * What becomes of a connection, worked out a second time: from the VPC User Guide alone, with none of the region's code
 * (of the model it takes the types). It is slow and plain, so that it can be checked by reading.
 */
import type { ConnectionAttempt } from "../local/network/reachability/verdict";
import type {
  NetworkAclEntry,
  NetworkInterface,
  SecurityGroupRule,
  Subnet,
  VpcModel,
} from "../local/network/reachability/vpc-model";

/** Everything that packets pass, in order: "request egress eni-1 network-acl acl-1 100 SUBNET_ACL_RESTRICTION". */
export function expectedPath(model: VpcModel, { from, sourcePort, to }: ConnectionAttempt): string[] {
  const interfaces = [...model.networkInterfaces.values()];
  const source = "interfaceId" in from ? interfaces.find(({ id }) => id === from.interfaceId) : undefined;
  if (source && (source.privateIpAddress === to.address || isIn("169.254.0.0/16", to.address))) return [];
  const home = source && subnetOf(model, source);
  const isNear = home !== undefined && isIn(home.cidrBlock, to.address);
  const isPrivate = home !== undefined && isIn(model.vpcs.get(home.vpcId)?.cidrBlock ?? "", to.address);
  const destination = interfaces.find(each =>
    isPrivate
      ? each.privateIpAddress === to.address && subnetOf(model, each).vpcId === home.vpcId
      : each.publicIpAddress === to.address,
  );
  if (!source && !destination)
    return ["request ingress none internet-gateway none IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"];

  const seenSource =
    "internetAddress" in from
      ? from.internetAddress
      : isPrivate
        ? source?.privateIpAddress
        : (source?.publicIpAddress ?? source?.privateIpAddress);
  const common = { model, isNear, isPrivate };
  const atSource = source && {
    ...common,
    own: source,
    peerAddress: to.address,
    ownPort: sourcePort,
    peerPort: to.port,
    peer: isPrivate ? destination : undefined,
  };
  const atDestination = destination && {
    ...common,
    own: destination,
    peerAddress: seenSource ?? "",
    ownPort: to.port,
    peerPort: sourcePort,
    peer: isPrivate ? source : undefined,
  };
  return [
    ...(atSource ? out("request", atSource) : []),
    ...(atDestination ? into("request", atDestination) : []),
    ...(atDestination ? out("reply", atDestination) : []),
    // Whoever isn't there doesn't reply.
    ...(atSource && (destination || !isPrivate) ? into("reply", atSource) : []),
  ];
}

interface End {
  model: VpcModel;
  own: NetworkInterface;
  /** The other end, if it is known by its private address. */
  peer?: NetworkInterface;
  peerAddress: string;
  ownPort: number;
  peerPort: number;
  /** In the same subnet, or VPC. */
  isNear: boolean;
  isPrivate: boolean;
}

function out(packet: "request" | "reply", end: End): string[] {
  const { model, own, peer, peerAddress, isNear, isPrivate } = end;
  const subnet = subnetOf(model, own);
  const say = (what: string) => `${packet} egress ${own.id} ${what}`;
  const passed = [];
  if (packet === "request") passed.push(say(groups(end, true, end.peerPort)));
  if (!isNear) passed.push(say(acl(model, subnet, true, peerAddress, end.peerPort)));
  const associated = [...model.routeTableAssociations.values()].find(each => each.subnetId === subnet.id);
  const table = associated
    ? model.routeTables.get(associated.routeTableId)
    : [...model.routeTables.values()].find(
        each => each.vpcId === subnet.vpcId && each.mainAssociationId !== undefined,
      );
  const gateway = [...model.internetGateways.values()].find(({ vpcId }) => vpcId === subnet.vpcId);
  if (isPrivate) {
    const local = model.vpcs.get(subnet.vpcId)?.cidrBlock;
    return [...passed, say(`route-table ${table?.id} ${local}${peer ? "" : " NO_POSSIBLE_DESTINATION"}`)];
  }
  // The longest prefix wins.
  let best: { prefix: number; cidr: string; gatewayId: string } | undefined;
  for (const { destinationCidrBlock: cidr, gatewayId } of table?.routes ?? []) {
    const prefix = Number(cidr.split("/")[1]);
    if (isIn(cidr, peerAddress) && (!best || prefix > best.prefix)) best = { prefix, cidr, gatewayId };
  }
  if (!best) passed.push(say(`route-table ${table?.id} none NO_ROUTE_TO_DESTINATION`));
  else
    passed.push(
      say(`route-table ${table?.id} ${best.cidr}${best.gatewayId === gateway?.id ? "" : " BAD_STATE_ROUTE"}`),
    );
  if (gateway) {
    const code =
      own.publicIpAddress === undefined
        ? " IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
        : blockOf(peerAddress, block => ` IGW_DESTINATION_ADDRESS_NOT_IN_${block}_EGRESS`);
    passed.push(say(`internet-gateway none${code}`));
  }
  return passed;
}

function into(packet: "request" | "reply", end: End): string[] {
  const { model, own, peerAddress, isNear, isPrivate } = end;
  const subnet = subnetOf(model, own);
  const say = (what: string) => `${packet} ingress ${own.id} ${what}`;
  const passed = [];
  if (!isPrivate) {
    const attached = [...model.internetGateways.values()].some(({ vpcId }) => vpcId === subnet.vpcId);
    if (!attached) passed.push(say("network-interface none NO_PATH"));
    else
      passed.push(
        say(
          `internet-gateway none${blockOf(peerAddress, block => ` IGW_SOURCE_ADDRESS_NOT_IN_${block}_INGRESS`)}`,
        ),
      );
  }
  if (own.isDown) passed.push(say("network-interface none BAD_STATE"));
  if (!isNear) passed.push(say(acl(model, subnet, false, peerAddress, end.ownPort)));
  if (packet === "request") passed.push(say(groups(end, false, end.ownPort)));
  return passed;
}

/** Stateful, allow only: the first rule of any of the interface's groups that matches. */
function groups({ model, own, peer, peerAddress }: End, egress: boolean, port: number): string {
  for (const rule of model.securityGroupRules.values()) {
    if (rule.egress !== egress || !own.groupIds.includes(rule.groupId)) continue;
    if (ruleMisfits(rule, peerAddress, peer?.groupIds ?? [], port) > 0) continue;
    return `security-group ${rule.id}`;
  }
  return "security-group none ENI_SG_RULES_MISMATCH";
}

/** Stateless: the lowest number that matches decides. */
function acl(model: VpcModel, subnet: Subnet, egress: boolean, address: string, port: number): string {
  const association = [...model.networkAclAssociations.values()].find(each => each.subnetId === subnet.id);
  let decides: NetworkAclEntry | undefined;
  for (const entry of model.networkAcls.get(association?.networkAclId ?? "")?.entries ?? [])
    if (entry.egress === egress && entryMisfits(entry, address, port) === 0)
      if (!decides || entry.ruleNumber < decides.ruleNumber) decides = entry;
  const { ruleNumber, ruleAction } = decides ?? { ruleNumber: 32767, ruleAction: "deny" };
  return `network-acl ${ruleNumber}${ruleAction === "allow" ? "" : " SUBNET_ACL_RESTRICTION"}`;
}

/** How many of protocol, port and address don't match a TCP packet. */
export function entryMisfits(entry: NetworkAclEntry, address: string, port: number): number {
  const { protocol, portRange, cidrBlock } = entry;
  const kind = protocol === "-1" ? "all" : protocol === "6" ? "tcp" : "other";
  return misfits(kind, portRange?.from ?? 0, portRange?.to ?? 65535, port, isIn(cidrBlock, address));
}

export function ruleMisfits(
  rule: SecurityGroupRule,
  address: string,
  peerGroups: readonly string[],
  port: number,
) {
  const { ipProtocol, fromPort = 0, toPort = 65535, cidrIpv4, referencedSecurityGroupId } = rule;
  const kind = ipProtocol === "-1" ? "all" : ipProtocol === "tcp" ? "tcp" : "other";
  const isPeer =
    cidrIpv4 === undefined ? peerGroups.includes(referencedSecurityGroupId ?? "") : isIn(cidrIpv4, address);
  return misfits(kind, fromPort, toPort, port, isPeer);
}

function misfits(
  kind: "all" | "tcp" | "other",
  from: number,
  to: number,
  port: number,
  isPeer: boolean,
): number {
  const portFits = kind !== "tcp" || (port >= from && port <= to);
  return Number(kind === "other") + Number(!portFits) + Number(!isPeer);
}

function subnetOf(model: VpcModel, { subnetId }: NetworkInterface): Subnet {
  const subnet = model.subnets.get(subnetId);
  if (!subnet) throw new Error(`there is no subnet ${subnetId}`);
  return subnet;
}

function blockOf(address: string, code: (block: string) => string): string {
  if (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some(block => isIn(block, address)))
    return code("RFC1918");
  return isIn("100.64.0.0/10", address) ? code("RFC6598") : "";
}

/** Whether the leading bits are the same, by division. */
function isIn(cidr: string, address: string): boolean {
  const slash = cidr.indexOf("/");
  const size = 2 ** (32 - Number(cidr.slice(slash + 1)));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(cidr.slice(0, slash)) / size);
}

function numberOf(dotted: string): number {
  return dotted.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
