import type http from "node:http";

/** Where a packet is meant to go, in the region's own addresses, e.g. 10.0.2.10:8080. */
export interface Address {
  address: string;
  port: number;
}

/** What a connection to an address meets. */
export type Connection =
  /** Something listens: where on loopback to send it. The agent keeps connections alive. */
  | { outcome: "open"; agent: http.Agent; host: string; port: number }
  /** A closed port: TCP RST. */
  | { outcome: "refused" }
  /** Silence, as from a security group, a network ACL or an address that nobody has. */
  | { outcome: "dropped" };

/**
 * Judges a connection from one network interface. It is called anew for every request and every health
 * check, so that a changed rule counts at once.
 */
export type Router = (to: Address) => Connection;
