/** What the judge is asked and what it answers. */

/** A TCP connection that somebody tries to open. */
export interface ConnectionAttempt {
  from: { interfaceId: string } | { internetAddress: string };
  /** Ephemeral: the port that the reply goes to. */
  sourcePort: number;
  /** An IPv4 address, private or public. */
  to: { address: string; port: number };
}

export interface Decision {
  /** Dropped is silence: the caller waits until its time-out. */
  outcome: "allowed" | "dropped";
  /** The interface that has the address; absent for the Internet, and where nobody has it. */
  destinationInterfaceId?: string;
  /** In the order in which they happen; the last one is a REJECT where a group or an ACL drops. */
  hops: Hop[];
  /** Present exactly when dropped. */
  drop?: Drop;
}

export type Direction = "ingress" | "egress";
export type PacketKind = "request" | "reply";

/**
 * One packet that crosses one interface, with the addresses that VPC Flow Logs show there: for the interface
 * itself always its primary private one, for the other end the one that it is seen by.
 * Source: VPC User Guide, "Flow log records".
 */
export interface Hop {
  interfaceId: string;
  direction: Direction;
  packet: PacketKind;
  action: "ACCEPT" | "REJECT";
  srcaddr: string;
  dstaddr: string;
  srcport: number;
  dstport: number;
}

/** Those of the Reachability Analyzer Guide, "Explanation codes", that can happen here. */
export type ExplanationCode =
  | "SUBNET_ACL_RESTRICTION"
  | "ENI_SG_RULES_MISMATCH"
  | "NO_ROUTE_TO_DESTINATION"
  | "BAD_STATE_ROUTE"
  | "NO_POSSIBLE_DESTINATION"
  | "NO_PATH"
  | "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
  | "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
  | "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
  | "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
  | "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS"
  | "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS";

export interface Component {
  type: "security-group" | "network-acl" | "route-table" | "internet-gateway" | "network-interface";
  ids: string[];
}

export interface Drop {
  code: ExplanationCode;
  /** The interface that the packet was leaving or was to enter; absent where there is none. */
  interfaceId?: string;
  direction: Direction;
  packet: PacketKind;
  component: Component;
  /** Number of the network ACL's entry that decided; 32767 is "*". */
  rule?: number;
  /** One sentence for people. */
  explanation: string;
}
