/** What becomes of a connection and why: everything that its packets pass, there and back. A verdict is plain JSON. */
import type { NetworkAclEntry, Route, SecurityGroupRule } from "./vpc-model";

export type Direction = "ingress" | "egress";
export type PacketKind = "request" | "reply";

/** An attempt to open a TCP connection. */
export interface ConnectionAttempt {
  from: { interfaceId: string } | { internetAddress: string };
  /** An ephemeral port; replies go to it. */
  sourcePort: number;
  /** `address` is IPv4, private or public. */
  to: { address: string; port: number };
}

export interface Verdict {
  reachable: boolean;
  /** Absent for the Internet. */
  sourceInterfaceId?: string;
  /** The interface with the address; absent for the Internet and for unassigned addresses. */
  destinationInterfaceId?: string;
  /**
   * In order; what lies behind a blocker is judged as if it let the packet pass. Empty if nothing judges the packet, as
   * a host's traffic to itself, or if there is nobody to reply.
   */
  request: PathComponent[];
  reply: PathComponent[];
}

/** The addresses of a packet as an interface sees them: its own is private, the other end's the one that it sees. */
export interface PacketHeader {
  srcaddr: string;
  dstaddr: string;
  srcport: number;
  dstport: number;
}

export interface Component {
  type: "security-group" | "network-acl" | "route-table" | "internet-gateway" | "network-interface";
  /** Several if an interface has several groups; none if no gateway is attached to any VPC. */
  ids: string[];
}

/** What decided at a component: at most one of these, by what the component is. */
export interface Decider {
  /** Number 32767 is the implied deny, "*". */
  aclRule?: NetworkAclEntry;
  securityGroupRule?: SecurityGroupRule;
  route?: Route;
}

/** One thing that a packet passes, or would; a blocker's code and the rest of it are there if it drops the packet. */
export interface PathComponent extends PacketHeader, Decider, Partial<Blocker> {
  packet: PacketKind;
  direction: Direction;
  /** The interface that the packet is leaving or entering, and its subnet; absent if there is none. */
  interfaceId?: string;
  subnetId?: string;
  component: Component;
}

export interface Blocker {
  code: ExplanationCode;
  /** Completes "the request from … to … was dropped by …". */
  by: string;
  /** If nothing matched: the rule or route that would have let the packet pass but for its misfits. */
  nearest?: Nearest;
}

export interface Nearest extends Decider {
  /** What of the packet doesn't fit. */
  misfits: Misfit[];
}

export type Misfit = "protocol" | "port" | "source" | "destination";

/** A component that drops the packet. */
export type Drop = PathComponent & Blocker;

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

export function isDrop<Checked extends Partial<Blocker>>(checked: Checked): checked is Checked & Blocker {
  return checked.code !== undefined;
}

/** Every blocker, there and back, in order; the first is what drops the packet. */
export function blockersOf({ request, reply }: Verdict): Drop[] {
  return [...request, ...reply].filter(each => isDrop(each));
}
