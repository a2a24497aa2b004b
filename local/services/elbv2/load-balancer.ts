import type http from "node:http";
import { forward, silence, type Failure, type Forwarded } from "../../network/http/forward";
import type { Router } from "../../network/router";
import { forwardedHeaders } from "./forwarded-headers";
import { sendError, type ErrorStatus } from "./error-responses";
import type { Picked, TargetGroup } from "./target-group";

export interface LoadBalancerSettings {
  /** Sent as Host where an HTTP/1.0 client sent none. */
  dnsName: string;
  /** One node per subnet, by its interface. */
  nodes: readonly Router[];
  /** idle_timeout.timeout_seconds, in real seconds; 60 by default. */
  idleTimeoutSeconds?: number;
  /** 10 real seconds, which AWS lets nobody change; here for tests. */
  connectTimeoutSeconds?: number;
  /** Told of every request when it is over. */
  onRequest?: (request: RequestRecord) => void;
}

export interface RequestRecord {
  client: { address: string; port?: number };
  /** Absent when no target was picked. */
  targetId?: string;
  /** What the client got, or 460 where it went away before. */
  status: number;
  /** What the target answered, if it did. */
  targetStatus?: number;
  durationMs: number;
}

export interface Arrival {
  /** The listener's port. */
  port?: number;
  /** The node that the client reached; by default the next in turn, as DNS would spread clients. */
  node?: Router;
}

/**
 * An Application Load Balancer with cross-zone balancing on: HTTP listeners that forward to one target group
 * each. It listens nowhere itself; who does passes requests to `handle`, and should answer "clientError" by
 * `answerBadRequest`. No upgrades (WebSocket).
 */
export class LoadBalancer {
  private readonly listeners = new Map<number, TargetGroup>();
  private turn = 0;

  constructor(private settings: LoadBalancerSettings) {}

  configure(settings: LoadBalancerSettings): void {
    this.settings = settings;
    for (const group of this.listeners.values()) group.use(settings.nodes);
  }

  /** Makes or changes the listener on a port, whose default action is to forward to the group. */
  addListener(port: number, group: TargetGroup): void {
    const before = this.listeners.get(port);
    this.listeners.set(port, group);
    if (before && before !== group) this.release(before);
    group.use(this.settings.nodes);
  }

  /** Removes a listener. A group without any is out of use. */
  removeListener(port: number): void {
    const group = this.listeners.get(port);
    this.listeners.delete(port);
    if (group) this.release(group);
  }

  /** Whether a connection to this port would be accepted. */
  listensOn(port: number): boolean {
    return this.listeners.has(port);
  }

  /** Forwards the request to a target. The client gets an answer in any case, unless it goes away. */
  async handle(
    req: http.IncomingMessage,
    res: http.ServerResponse,
    client: { address: string; port?: number },
    { port = 80, node = this.nextNode() }: Arrival = {},
  ): Promise<void> {
    const group = this.listeners.get(port);
    if (!group || !node) {
      // The listener went while the client kept its connection, and takes it along.
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
      const sent = await this.send(req, res, client, port, node, picked);
      if (sent.outcome === "failed") {
        const status = statusOf(sent.failure, req);
        if (status !== 460) sendError(res, status);
        report({ status, targetId });
      } else report({ status: sent.status, targetId, targetStatus: sent.status });
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
    const reach = node({ address: target.address, port: target.port });
    switch (reach.outcome) {
      case "open":
        return forward(req, res, {
          agent: reach.agent,
          host: reach.host,
          port: reach.port,
          headers: forwardedHeaders(req.headers, client, { port, dnsName }),
          connectTimeoutMs,
          idleTimeoutMs: idleTimeoutSeconds * 1000,
          signal,
        });
      case "refused":
        return { outcome: "failed", failure: "refused" };
      case "dropped": {
        const held = await silence(req, res, { ms: connectTimeoutMs, signal });
        return { outcome: "failed", failure: held === "elapsed" ? "connect-timeout" : held };
      }
    }
  }

  private nextNode(): Router | undefined {
    const { nodes } = this.settings;
    return nodes[this.turn++ % nodes.length];
  }

  private release(group: TargetGroup): void {
    if (![...this.listeners.values()].includes(group)) group.use([]);
  }
}

/** 460 is only ever logged: its client is gone. */
function statusOf(failure: Failure, req: http.IncomingMessage): ErrorStatus | 460 {
  switch (failure) {
    case "refused":
    case "reset":
    case "malformed":
    case "cancelled":
    case "unsendable":
      return 502;
    case "connect-timeout":
      return 504;
    case "idle-timeout":
      // Whose turn was it to send: the target's, or still the client's?
      return req.complete ? 504 : 408;
    case "client-gone":
      return 460;
  }
}
