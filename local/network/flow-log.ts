/**
 * VPC Flow Logs in the default format, version 2. Source: VPC User Guide, "Flow log records".
 *
 * AWS counts packets. Here a proxy counts bytes of payload, and packets are estimated from them: each chunk
 * that it reports travels in full segments and one for the rest, opening and closing take three packets each,
 * acknowledgements ride on other packets, nothing is sent twice. `bytes` are those of whole IP packets, as in
 * AWS's own example of a ping (84 bytes a packet).
 */
import type { Decision, Hop, PacketKind } from "./reachability/decision";

export interface FlowLogOptions {
  accountId: string;
  /** Takes one record, without a line feed. */
  write: (line: string) => void;
  /** Unix milliseconds. */
  now: () => number;
}

/** A connection that passed, while it lasts. */
export interface Flow {
  /** Bytes of payload that went the way of the request or of the reply. */
  count(packet: PacketKind, bytes: number): void;
  /** Writes what is not written yet; to be called when the connection has ended. */
  close(): void;
}

/** Payload of a full packet: 1500 bytes of Ethernet less the headers of IPv4 and TCP. */
const segmentBytes = 1460;
const headerBytes = 40;
/** SYN and SYN-ACK carry 20 bytes of options. */
const synBytes = 60;

export class FlowLog {
  private readonly open = new Set<Traffic>();

  constructor(private readonly options: FlowLogOptions) {}

  /** A dropped connection: each packet that an interface saw, once, retries left out. */
  dropped(decision: Decision): void {
    const traffic = this.trafficOf(decision);
    traffic.add("request", 1, synBytes);
    traffic.add("reply", 1, synBytes);
    traffic.write();
  }

  /** A connection that passed to a port where nobody listens: a reset answers the SYN. */
  refused(decision: Decision): void {
    const traffic = this.trafficOf(decision);
    traffic.add("request", 1, synBytes);
    traffic.add("reply", 1, headerBytes);
    traffic.write();
  }

  /** A connection that passed and was accepted. */
  opened(decision: Decision): Flow {
    const traffic = this.trafficOf(decision);
    traffic.add("request", 2, synBytes + headerBytes);
    traffic.add("reply", 1, synBytes);
    this.open.add(traffic);
    return {
      count(packet, bytes) {
        const segments = Math.ceil(bytes / segmentBytes);
        traffic.add(packet, segments, bytes + segments * headerBytes);
      },
      close: () => {
        if (!this.open.delete(traffic)) return;
        traffic.add("request", 2, 2 * headerBytes);
        traffic.add("reply", 1, headerBytes);
        traffic.write();
      },
    };
  }

  /** Ends an aggregation interval: writes what the open connections have carried in it. */
  flush(): void {
    for (const traffic of this.open) traffic.write();
  }

  private trafficOf(decision: Decision): Traffic {
    return new Traffic(decision.hops, this.options);
  }
}

interface Tally {
  packets: number;
  bytes: number;
  /** Unix milliseconds of the first and the last packet. */
  start: number;
  end: number;
}

/** What a connection has carried since its last records. */
class Traffic {
  private tallies: Partial<Record<PacketKind, Tally>> = {};

  constructor(
    private readonly hops: readonly Hop[],
    private readonly options: FlowLogOptions,
  ) {}

  add(packet: PacketKind, packets: number, bytes: number): void {
    if (packets === 0) return;
    const now = this.options.now();
    const tally = (this.tallies[packet] ??= { packets: 0, bytes: 0, start: now, end: now });
    tally.packets += packets;
    tally.bytes += bytes;
    tally.end = now;
  }

  write(): void {
    const { accountId, write } = this.options;
    for (const hop of this.hops) {
      const tally = this.tallies[hop.packet];
      if (tally) write(recordOf(accountId, hop, tally));
    }
    this.tallies = {};
  }
}

function recordOf(accountId: string, hop: Hop, { packets, bytes, start, end }: Tally): string {
  const { interfaceId, srcaddr, dstaddr, srcport, dstport, action } = hop;
  const [startSecond, endSecond] = [start, end].map(milliseconds => Math.floor(milliseconds / 1000));
  const flow = `${interfaceId} ${srcaddr} ${dstaddr} ${srcport} ${dstport} 6`;
  return `2 ${accountId} ${flow} ${packets} ${bytes} ${startSecond} ${endSecond} ${action} OK`;
}
