/** What the data path asks of the evaluator: whether a connection passes, and what flow logs show of it. */
import type { Direction, Drop, PacketHeader, PacketKind } from "./verdict";

export interface Decision {
  /** Dropped means no response: the caller waits until it times out. */
  outcome: "allowed" | "dropped";
  /** The interface with the address; absent for the Internet and for unassigned addresses. */
  destinationInterfaceId?: string;
  /** In order; the last is a REJECT if a group or an ACL drops the packet. */
  hops: Hop[];
  /** What drops it first; present if and only if dropped. */
  drop?: Drop;
}

/**
 * One packet at one interface, with the addresses that VPC Flow Logs show there: the interface's own is always its
 * primary private one, the other end's is the one the interface sees. Source: VPC User Guide, "Flow log records".
 */
export interface Hop extends PacketHeader {
  interfaceId: string;
  direction: Direction;
  packet: PacketKind;
  action: "ACCEPT" | "REJECT";
}
