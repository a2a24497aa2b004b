/** Decides as AWS would whether a new TCP connection is allowed. */
import { checkEntry, filter, checkExit, unassignedAddress, type Cause } from "./checks";
import { isLinkLocal } from "../ipv4";
import type { ConnectionAttempt, Decision, Drop, Hop } from "./decision";
import { known, type VpcModel } from "./vpc-model";
import { endsOf, packetAt, type Packet } from "./path";

/** @throws if an interface is unknown or an address malformed: such a packet can't exist on AWS */
export function evaluateConnection(model: VpcModel, connection: ConnectionAttempt): Decision {
  const { from, sourcePort, to } = connection;
  const sourceInterface =
    "interfaceId" in from ? known(model.networkInterfaces, from.interfaceId) : undefined;
  if (sourceInterface?.privateIpAddress === to.address) {
    // A host's traffic to itself never reaches its interface.
    return { outcome: "allowed", destinationInterfaceId: sourceInterface.id, hops: [] };
  }
  if (isLinkLocal(to.address) && sourceInterface) {
    // Instance metadata, DNS and time bypass all filters and flow logs (VPC User Guide, "Control
    // subnet traffic with network access control lists" and "Flow log limitations").
    return { outcome: "allowed", hops: [] };
  }

  const [source, destination] = endsOf(model, connection, sourceInterface);
  const hops: Hop[] = [];
  const decide = (drop?: Drop): Decision => ({
    outcome: drop ? "dropped" : "allowed",
    ...(destination && { destinationInterfaceId: destination.networkInterface.id }),
    hops,
    ...(drop && { drop }),
  });

  if ("internetAddress" in from && !destination) {
    const ends = {
      srcaddr: from.internetAddress,
      srcport: sourcePort,
      dstaddr: to.address,
      dstport: to.port,
    };
    const packet: Packet = { direction: "ingress", packet: "request", ...ends };
    return decide(dropOf(packet, unassignedAddress(model, to.address)));
  }
  const crossings = [
    [source, "egress"],
    [destination, "ingress"],
    [destination, "egress"],
    [source, "ingress"],
  ] as const;
  for (const [end, direction] of crossings) {
    if (!end) continue; // the Internet, where nothing is filtered
    const packet = packetAt(end, direction);
    const entryCause = direction === "ingress" ? checkEntry(model, end) : undefined;
    if (entryCause) return decide(dropOf(packet, entryCause));
    const filterCause = filter(model, end, packet);
    hops.push({ ...packet, action: filterCause ? "REJECT" : "ACCEPT" });
    const cause = filterCause ?? (direction === "egress" ? checkExit(model, end) : undefined);
    if (cause) return decide(dropOf(packet, cause));
  }
  return decide();
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
