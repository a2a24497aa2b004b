/** The two ends of a connection and the packets that pass there, before anything is judged. */
import { contains } from "../ipv4";
import type { ConnectionAttempt, Direction, Hop } from "./decision";
import { known, type NetworkInterface, type Subnet, type VpcModel } from "./vpc-model";
import { isInVpc } from "./routes";

/** One end of the connection that is an interface of ours, and the other end as it is seen from there. */
export interface End {
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
export type Scope = "subnet" | "vpc" | "internet";

/** A packet at an interface, before it is judged. */
export type Packet = Omit<Hop, "action" | "interfaceId"> & { interfaceId?: string };

/** An end that is the Internet, or where nobody is, is undefined. */
export function endsOf(
  model: VpcModel,
  { from, sourcePort, to }: ConnectionAttempt,
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
    opener &&
      endAt(opener, { opens: true, port: sourcePort, remote: { ...to, interface: nearby(listener) } }),
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

export function packetAt(
  { networkInterface, opens, port, remote }: End,
  direction: Direction,
): Packet & Pick<Hop, "interfaceId"> {
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
