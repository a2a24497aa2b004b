/**
 * VPC Flow Logs in the default format, version 2. Source: VPC User Guide, "Flow log records".
 *
 * AWS counts packets; here a proxy counts payload bytes, and packets are estimated from them: each reported chunk
 * fills full segments plus one for the remainder, opening and closing take three packets each, acknowledgements ride
 * on other packets, and nothing is retransmitted. `bytes` counts whole IP packets, as in AWS's ping example (84 bytes
 * per packet).
 */
import type { Decision, Hop } from "./reachability/decision";
import type { PacketKind } from "./reachability/verdict";

export interface FlowLogOptions {
  accountId: string;
  /** Receives one line, without a line feed. */
  write: (line: string) => void;
  /** Unix milliseconds. */
  now: () => number;
}

/** Payload of a full packet: Ethernet's 1500 bytes minus the IPv4 and TCP headers. */
const segmentBytes = 1460;
const headerBytes = 40;
/** SYN and SYN-ACK include 20 bytes of options. */
const synBytes = 60;

/** An open connection. */
export type Flow = ReturnType<FlowLog["opened"]>;

export class FlowLog {
  private readonly open = new Set<Traffic>();

  constructor(private readonly options: FlowLogOptions) {}

  /** Records a dropped connection: each packet that an interface saw, once, without retries. */
  dropped(decision: Decision): void {
    this.attempted(decision, synBytes);
  }

  /** Records an allowed connection to a closed port: a SYN, answered by a reset. */
  refused(decision: Decision): void {
    this.attempted(decision, headerBytes);
  }

  /** Records an allowed connection that was accepted. */
  opened(decision: Decision) {
    const traffic = new Traffic(decision.hops, this.options);
    traffic.add("request", 2, synBytes + headerBytes);
    traffic.add("reply", 1, synBytes);
    this.open.add(traffic);
    return {
      /** Adds payload bytes in the direction of the request or of the reply. */
      count(packet: PacketKind, bytes: number) {
        const segments = Math.ceil(bytes / segmentBytes);
        traffic.add(packet, segments, bytes + segments * headerBytes);
      },
      /** Writes whatever is still unwritten; call it when the connection has closed. */
      close: () => {
        if (!this.open.delete(traffic)) return;
        traffic.add("request", 2, 2 * headerBytes);
        traffic.add("reply", 1, headerBytes);
        traffic.write();
      },
    };
  }

  /** Ends an aggregation interval: writes the traffic of the open connections. */
  flush(): void {
    for (const traffic of this.open) traffic.write();
  }

  private attempted({ hops }: Decision, replyBytes: number): void {
    const traffic = new Traffic(hops, this.options);
    traffic.add("request", 1, synBytes);
    traffic.add("reply", 1, replyBytes);
    traffic.write();
  }
}

interface Tally {
  packets: number;
  bytes: number;
  /** Unix milliseconds of the first and the last packet. */
  start: number;
  end: number;
}

/** A connection's traffic since its last records. */
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
