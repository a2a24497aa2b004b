/** Decides as AWS would whether a new TCP connection is allowed. */
import { entryChecks, exitChecks, filterChecks, unassignedAddress, type Check } from "./checks";
import { isLinkLocal } from "../ipv4";
import type { Decision, Hop } from "./decision";
import { endsOf, packetAt, type End, type Packet } from "./path";
import { isDrop, type ConnectionAttempt, type Drop, type PathComponent, type Verdict } from "./verdict";
import { known, type NetworkInterface, type VpcModel } from "./vpc-model";

/**
 * Stops at the first thing that drops a packet.
 * @throws if an interface is unknown or an address malformed: such a packet can't exist on AWS
 */
export function evaluateConnection(model: VpcModel, connection: ConnectionAttempt): Decision {
  const path = pathOf(model, connection);
  const hops: Hop[] = [];
  const decide = (drop?: Drop): Decision => ({
    outcome: drop ? "dropped" : "allowed",
    ...(path.destination && { destinationInterfaceId: path.destination.id }),
    hops,
    ...(drop && { drop }),
  });
  for (const crossing of path.crossings) {
    const { packet, entry, filters, exit } = crossing;
    const stopped = firstDrop(crossing, entry());
    if (stopped) return decide(stopped);
    const filtered = firstDrop(crossing, filters());
    const { interfaceId } = packet;
    if (interfaceId !== undefined)
      hops.push({ ...packet, interfaceId, action: filtered ? "REJECT" : "ACCEPT" });
    const drop = filtered ?? firstDrop(crossing, exit());
    if (drop) return decide(drop);
  }
  return decide();
}

/**
 * Describes the whole path, whatever drops a packet on it.
 * @throws as `evaluateConnection` does
 */
export function describeConnection(model: VpcModel, connection: ConnectionAttempt): Verdict {
  const { source, destination, crossings } = pathOf(model, connection);
  const components = crossings.flatMap(({ packet, subnetId, entry, filters, exit }) =>
    [...entry(), ...filters(), ...exit()].map(check => componentOf(packet, check, subnetId)),
  );
  return {
    reachable: !components.some(isDrop),
    ...(source && { sourceInterfaceId: source.id }),
    ...(destination && { destinationInterfaceId: destination.id }),
    request: components.filter(({ packet }) => packet === "request"),
    reply: components.filter(({ packet }) => packet === "reply"),
  };
}

/** A packet at one end. What it passes there is checked only as far as somebody asks. */
interface Crossing {
  packet: Packet;
  subnetId?: string;
  entry: () => Check[];
  filters: () => Check[];
  exit: () => Check[];
}

interface Path {
  source?: NetworkInterface;
  destination?: NetworkInterface;
  /** In the order of the packets; an end on the Internet filters nothing and has none. */
  crossings: Crossing[];
}

const nothing = () => [];

function pathOf(model: VpcModel, connection: ConnectionAttempt): Path {
  const { from, sourcePort, to } = connection;
  const source = "interfaceId" in from ? known(model.networkInterfaces, from.interfaceId) : undefined;
  // A host's traffic to itself never reaches its interface.
  if (source?.privateIpAddress === to.address) return { source, destination: source, crossings: [] };
  // Instance metadata, DNS and time bypass all filters and flow logs (VPC User Guide, "Control
  // subnet traffic with network access control lists" and "Flow log limitations").
  if (isLinkLocal(to.address) && source) return { source, crossings: [] };

  const [sourceEnd, destinationEnd] = endsOf(model, connection, source);
  const destination = destinationEnd?.networkInterface;
  if ("internetAddress" in from && !destination) {
    const addresses = {
      srcaddr: from.internetAddress,
      srcport: sourcePort,
      dstaddr: to.address,
      dstport: to.port,
    };
    const packet: Packet = { direction: "ingress", packet: "request", ...addresses };
    const entry = () => [unassignedAddress(model, to.address)];
    return { crossings: [{ packet, entry, filters: nothing, exit: nothing }] };
  }
  const hasReply = destinationEnd !== undefined || sourceEnd?.scope === "internet";
  const crossings = [
    sourceEnd && leaving(model, sourceEnd),
    destinationEnd && entering(model, destinationEnd),
    destinationEnd && leaving(model, destinationEnd),
    hasReply && sourceEnd && entering(model, sourceEnd),
  ];
  return { source, destination, crossings: crossings.filter(each => !!each) };
}

function leaving(model: VpcModel, end: End): Crossing {
  const packet = packetAt(end, "egress");
  const filters = () => filterChecks(model, end, packet);
  return { packet, subnetId: end.subnet.id, entry: nothing, filters, exit: () => exitChecks(model, end) };
}

function entering(model: VpcModel, end: End): Crossing {
  const packet = packetAt(end, "ingress");
  const filters = () => filterChecks(model, end, packet);
  return { packet, subnetId: end.subnet.id, entry: () => entryChecks(model, end), filters, exit: nothing };
}

function firstDrop({ packet, subnetId }: Crossing, checks: Check[]): Drop | undefined {
  for (const check of checks)
    if (isDrop(check)) return { ...componentOf(packet, check, subnetId), code: check.code, by: check.by };
  return undefined;
}

/** The check's result as a value of its own, which later changes of the model leave alone. */
function componentOf(packet: Packet, check: Check, subnetId: string | undefined): PathComponent {
  const { aclRule, securityGroupRule, route } = check;
  return {
    ...packet,
    ...(subnetId !== undefined && { subnetId }),
    ...check,
    ...(aclRule && { aclRule: { ...aclRule } }),
    ...(securityGroupRule && { securityGroupRule: { ...securityGroupRule } }),
    ...(route && { route: { ...route } }),
  };
}
