import type http from "node:http";
import { forward, silence, type Failure, type Forwarded } from "../../network/http/forward";
import type { Router } from "../../network/router";
import { forwardedHeaders } from "./forwarded-headers";
import { sendError, type ErrorStatus } from "./error-responses";
import type { Picked, TargetGroup } from "./target-group";

export interface LoadBalancerSettings {
  /** Sent as Host if an HTTP/1.0 client sent none. */
  dnsName: string;
  /** One per subnet. */
  nodes: readonly Router[];
  /** idle_timeout.timeout_seconds, in real seconds; 60 by default. */
  idleTimeoutSeconds?: number;
  /** Real seconds; always 10 on AWS, configurable here for tests. */
  connectTimeoutSeconds?: number;
  /** Called when a request has ended. */
  onRequest?: (request: RequestRecord) => void;
}

export interface RequestRecord {
  client: { address: string; port?: number };
  /** Absent if no target was picked. */
  targetId?: string;
  /** The status sent to the client, or 460 if it disconnected first. */
  status: number;
  /** The target's status, if it responded. */
  targetStatus?: number;
  durationMs: number;
}

export interface EntryPoint {
  /** The listener's port. */
  port?: number;
  /** The node that the client connected to; by default the next in turn, as if DNS spread the clients. */
  node?: Router;
}

/**
 * An Application Load Balancer with cross-zone load balancing: HTTP listeners that forward to one target group each. It
 * has no server of its own; servers pass requests to `handle` and should handle "clientError" with `sendBadRequest`.
 * Upgrades (WebSocket) are not supported.
 */
export class LoadBalancer {
  private readonly listeners = new Map<number, TargetGroup>();
  private turn = 0;

  constructor(private settings: LoadBalancerSettings) {}

  configure(settings: LoadBalancerSettings): void {
    this.settings = settings;
    for (const group of this.listeners.values()) group.setNodes(settings.nodes);
  }

  /** Creates or changes the listener on a port; its default action forwards to the group. */
  addListener(port: number, group: TargetGroup): void {
    const before = this.listeners.get(port);
    this.listeners.set(port, group);
    if (before && before !== group) this.release(before);
    group.setNodes(this.settings.nodes);
  }

  /** Removes a listener; a group without listeners is no longer in use. */
  removeListener(port: number): void {
    const group = this.listeners.get(port);
    this.listeners.delete(port);
    if (group) this.release(group);
  }

  listensOn(port: number): boolean {
    return this.listeners.has(port);
  }

  /** Forwards the request to a target. The client always gets a response, unless it disconnects. */
  async handle(
    req: http.IncomingMessage,
    res: http.ServerResponse,
    client: { address: string; port?: number },
    { port = 80, node = this.nextNode() }: EntryPoint = {},
  ): Promise<void> {
    const group = this.listeners.get(port);
    if (!group || !node) {
      // The listener was deleted while the client kept its connection open.
      req.socket.destroy();
      return;
    }
    const start = performance.now();
    const report = (result: Pick<RequestRecord, "status" | "targetId" | "targetStatus">) =>
      this.settings.onRequest?.({ client, ...result, durationMs: performance.now() - start });

    const picked = group.pick();
    if (!picked) {
      sendError(res, 503);
      report({ status: 503 });
      return;
    }
    const targetId = picked.target.id;
    try {
      const forwarded = await this.send(req, res, client, port, node, picked);
      if (forwarded.outcome === "failed") {
        const status = statusOf(forwarded.failure, req);
        if (status !== 460) sendError(res, status);
        report({ status, targetId });
      } else report({ status: forwarded.status, targetId, targetStatus: forwarded.status });
    } finally {
      picked.done();
    }
  }

  private async send(
    req: http.IncomingMessage,
    res: http.ServerResponse,
    client: { address: string },
    port: number,
    node: Router,
    { target, signal }: Picked,
  ): Promise<Forwarded> {
    const { dnsName, idleTimeoutSeconds = 60, connectTimeoutSeconds = 10 } = this.settings;
    const connectTimeoutMs = connectTimeoutSeconds * 1000;
    const connection = node({ address: target.address, port: target.port });
    switch (connection.outcome) {
      case "open":
        return forward(req, res, {
          ...connection,
          headers: forwardedHeaders(req.headers, client, { port, dnsName }),
          connectTimeoutMs,
          idleTimeoutMs: idleTimeoutSeconds * 1000,
          signal,
        });
      case "refused":
        return { outcome: "failed", failure: "refused" };
      case "dropped": {
        const end = await silence(req, res, { ms: connectTimeoutMs, signal });
        return { outcome: "failed", failure: end === "elapsed" ? "connect-timeout" : end };
      }
    }
  }

  private nextNode(): Router | undefined {
    const { nodes } = this.settings;
    return nodes[this.turn++ % nodes.length];
  }

  private release(group: TargetGroup): void {
    if (![...this.listeners.values()].includes(group)) group.setNodes([]);
  }
}

/** 460 is logged but never sent: the client has disconnected. */
function statusOf(failure: Failure, req: http.IncomingMessage): ErrorStatus | 460 {
  if (failure === "client-gone") return 460;
  if (failure === "connect-timeout") return 504;
  // Depends on who is late: the target, or the client with its request.
  if (failure === "idle-timeout") return req.complete ? 504 : 408;
  return 502;
}
