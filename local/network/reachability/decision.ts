/** The evaluator's input and output. */

/** An attempt to open a TCP connection. */
export interface ConnectionAttempt {
  from: { interfaceId: string } | { internetAddress: string };
  /** An ephemeral port; replies go to it. */
  sourcePort: number;
  /** `address` is IPv4, private or public. */
  to: { address: string; port: number };
}

export interface Decision {
  /** Dropped means no response: the caller waits until it times out. */
  outcome: "allowed" | "dropped";
  /** The interface with the address; absent for the Internet and for unassigned addresses. */
  destinationInterfaceId?: string;
  /** In order; the last is a REJECT if a group or an ACL drops the packet. */
  hops: Hop[];
  /** Present if and only if dropped. */
  drop?: Drop;
}

export type Direction = "ingress" | "egress";
export type PacketKind = "request" | "reply";

/**
 * One packet at one interface, with the addresses that VPC Flow Logs show there: the interface's own is always its
 * primary private one, the other end's is the one the interface sees. Source: VPC User Guide, "Flow log records".
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

/** The codes that can occur here. Source: Reachability Analyzer Guide, "Explanation codes". */
export type ExplanationCode =
  | "SUBNET_ACL_RESTRICTION"
  | "ENI_SG_RULES_MISMATCH"
  | "NO_ROUTE_TO_DESTINATION"
  | "BAD_STATE"
  | "BAD_STATE_ROUTE"
  | "NO_POSSIBLE_DESTINATION"
  | "NO_PATH"
  | "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
  | "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
  | `IGW_DESTINATION_ADDRESS_NOT_IN_${"RFC1918" | "RFC6598"}_EGRESS`
  | `IGW_SOURCE_ADDRESS_NOT_IN_${"RFC1918" | "RFC6598"}_INGRESS`;

export interface Component {
  type: "security-group" | "network-acl" | "route-table" | "internet-gateway" | "network-interface";
  ids: string[];
}

export interface Drop {
  code: ExplanationCode;
  /** The interface the packet was leaving or entering; absent if there is none. */
  interfaceId?: string;
  direction: Direction;
  packet: PacketKind;
  component: Component;
  /** Number of the network ACL's deciding entry; 32767 is "*". */
  rule?: number;
  /** One readable sentence. */
  explanation: string;
}
