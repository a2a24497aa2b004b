/** What becomes of one new TCP connection, as AWS would have it. */
import { enter, filter, leave, unknownToGateways, type Cause } from "./checks";
import { isLinkLocal } from "../ipv4";
import type { ConnectionAttempt, Decision, Drop, Hop } from "./decision";
import { known, type VpcModel } from "./vpc-model";
import { endsOf, packetAt, type Packet } from "./path";

/** Throws where an interface is unknown or an address is malformed: AWS knows no such packet. */
export function evaluateConnection(model: VpcModel, connection: ConnectionAttempt): Decision {
  const { from, sourcePort, to } = connection;
  const opener = "interfaceId" in from ? known(model.networkInterfaces, from.interfaceId) : undefined;
  if (opener?.privateIpAddress === to.address) {
    // A host's talk with itself never reaches its interface.
    return { outcome: "allowed", destinationInterfaceId: opener.id, hops: [] };
  }
  if (isLinkLocal(to.address) && opener) {
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
    const ends = {
      srcaddr: from.internetAddress,
      srcport: sourcePort,
      dstaddr: to.address,
      dstport: to.port,
    };
    const packet = { direction: "ingress", packet: "request", ...ends } as const;
    return decide(dropOf(packet, unknownToGateways(model, to.address)));
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
