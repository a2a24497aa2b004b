/**
 * VPC Flow Logs in the default format, version 2. Source: VPC User Guide, "Flow log records".
 *
 * AWS counts packets; here a proxy counts bytes of payload, and the packets are estimated from them: each
 * reported chunk in full segments plus one for the rest, a handshake of three packets, a close of three.
 * Acknowledgements are taken to ride on data. Bytes are those of the IP packets, headers included.
 */
import type { Decision, Hop, PacketKind } from "./decision";

export interface FlowLogOptions {
  accountId: string;
  /** Takes one record, without a line feed. */
  write: (line: string) => void;
  /** Unix milliseconds. */
  now: () => number;
}

/** A connection that passed, while it lasts. */
export interface Flow {
  /** Payload that went in the direction of the request or of the reply. */
  count(packet: PacketKind, bytes: number): void;
  /** Writes what is not written yet. Later calls do nothing. */
  close(): void;
}

/** What one packet is made of on an Ethernet of 1500 bytes: 20 of IP, 20 of TCP, the rest payload. */
const maximumSegmentSize = 1460;
const headers = 40;
/** A SYN carries 20 bytes of TCP options, as Linux sends them. */
const synBytes = 60;

/** What one direction has carried since the last record. */
class Traffic {
  packets = 0;
  bytes = 0;
  private first = 0;
  private last = 0;

  add(packets: number, bytes: number, at: number): void {
    if (this.packets === 0) this.first = at;
    this.last = at;
    this.packets += packets;
    this.bytes += bytes;
  }

  /** "packets bytes start end", with the first and the last packet's Unix seconds. */
  toString(): string {
    const seconds = [this.first, this.last].map(at => Math.floor(at / 1000));
    return [this.packets, this.bytes, ...seconds].join(" ");
  }
}

type Directions = Record<PacketKind, Traffic>;

export class FlowLog {
  private readonly open = new Map<Decision, Directions>();

  constructor(private readonly options: FlowLogOptions) {}

  /** A dropped connection: one SYN, or the answer to it, per hop. */
  dropped(decision: Decision): void {
    this.write(decision, this.traffic(["request", 1, synBytes], ["reply", 1, synBytes]));
  }

  /** A connection that passed, but to a port where nobody listens: a SYN, answered by a reset. */
  refused(decision: Decision): void {
    this.write(decision, this.traffic(["request", 1, synBytes], ["reply", 1, headers]));
  }

  /** A connection that passed and was accepted. */
  opened(decision: Decision): Flow {
    return { count() {}, close() {} };
  }
}
