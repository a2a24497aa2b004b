/** The two ends of a connection and their packets, before any rule is evaluated. */
import { contains } from "../ipv4";
import type { Hop } from "./decision";
import type { ConnectionAttempt, Direction } from "./verdict";
import { known, type NetworkInterface, type Subnet, type VpcModel } from "./vpc-model";
import { isInVpc } from "./routes";

/** One end of the connection, an interface in the VPC, and the other end as seen from there. */
export interface End {
  networkInterface: NetworkInterface;
  subnet: Subnet;
  /** Whether it opens the connection: packets leaving the source are the request. */
  isSource: boolean;
  port: number;
  /** `interface` is absent if the other end is seen by a public address or the address is unassigned. */
  remote: { address: string; port: number; interface?: NetworkInterface };
  scope: Scope;
}

/** How far the connection reaches. To a public address it always leaves the VPC, even if it comes back in. */
export type Scope = "subnet" | "vpc" | "internet";

/** A packet at an interface, before rules are evaluated. */
export type Packet = Omit<Hop, "action" | "interfaceId"> & { interfaceId?: string };

/** An end is undefined if it is the Internet or an unassigned address. */
export function endsOf(
  model: VpcModel,
  { from, sourcePort, to }: ConnectionAttempt,
  sourceInterface: NetworkInterface | undefined,
): [source: End | undefined, destination: End | undefined] {
  const scope = sourceInterface ? scopeOf(model, sourceInterface, to.address) : "internet";
  const vpcId = sourceInterface && known(model.subnets, sourceInterface.subnetId).vpcId;
  const destinationInterface = interfaceOf(model, ({ publicIpAddress, privateIpAddress, subnetId }) =>
    scope === "internet"
      ? publicIpAddress === to.address
      : privateIpAddress === to.address && known(model.subnets, subnetId).vpcId === vpcId,
  );
  const endAt = (own: NetworkInterface, rest: Pick<End, "isSource" | "port" | "remote">): End => {
    return { networkInterface: own, subnet: known(model.subnets, own.subnetId), scope, ...rest };
  };
  const privatelyKnown = (other: NetworkInterface | undefined) => (scope === "internet" ? undefined : other);
  const sourceAddress =
    "internetAddress" in from
      ? from.internetAddress
      : addressSeen(scope, known(model.networkInterfaces, from.interfaceId));
  return [
    sourceInterface &&
      endAt(sourceInterface, {
        isSource: true,
        port: sourcePort,
        remote: { ...to, interface: privatelyKnown(destinationInterface) },
      }),
    destinationInterface &&
      endAt(destinationInterface, {
        isSource: false,
        port: to.port,
        remote: { address: sourceAddress, port: sourcePort, interface: privatelyKnown(sourceInterface) },
      }),
  ];
}

function interfaceOf(
  model: VpcModel,
  isIt: (networkInterface: NetworkInterface) => boolean,
): NetworkInterface | undefined {
  for (const each of model.networkInterfaces.values()) if (isIt(each)) return each;
  return undefined;
}

function scopeOf(model: VpcModel, sourceInterface: NetworkInterface, address: string): Scope {
  const subnet = known(model.subnets, sourceInterface.subnetId);
  if (contains(subnet.cidrBlock, address)) return "subnet";
  return isInVpc(model, subnet.vpcId, address) ? "vpc" : "internet";
}

/** The source address that the destination sees. */
function addressSeen(scope: Scope, { publicIpAddress, privateIpAddress }: NetworkInterface): string {
  // The gateway translates addresses and drops packets without a public one, so nobody sees the private one.
  return (scope === "internet" ? publicIpAddress : undefined) ?? privateIpAddress;
}

export function packetAt(
  { networkInterface, isSource, port, remote }: End,
  direction: Direction,
): Packet & Pick<Hop, "interfaceId"> {
  const own = { address: networkInterface.privateIpAddress, port };
  const [source, destination] = direction === "egress" ? [own, remote] : [remote, own];
  return {
    interfaceId: networkInterface.id,
    direction,
    packet: isSource === (direction === "egress") ? "request" : "reply",
    srcaddr: source.address,
    dstaddr: destination.address,
    srcport: source.port,
    dstport: destination.port,
  };
}
