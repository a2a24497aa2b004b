import type http from "node:http";

/** An address and port inside the region, such as 10.0.2.10:8080. */
export interface Address {
  address: string;
  port: number;
}

/** What happens to a connection to an address. */
export type Connection =
  /** Something is listening, at this loopback host and port. The agent pools connections of HTTP and makes others. */
  | { outcome: "open"; agent: http.Agent; host: string; port: number }
  /** The port is closed: TCP RST. */
  | { outcome: "refused" }
  /** No response, as from a security group, a network ACL or an unassigned address. */
  | { outcome: "dropped" };

/**
 * Evaluates a connection from one source. Call it for every request and health check, so that rule changes take effect
 * at once.
 */
export type Router = (to: Address, purpose?: Purpose) => Connection;

/** What a connection is for, which no rule asks. */
export type Purpose = "request" | "health-check" | "ssh";
