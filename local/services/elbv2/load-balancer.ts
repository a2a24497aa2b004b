import type http from "node:http";
import type {
  FixedResponseActionConfig,
  RedirectActionConfig,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { forward, silence, type Failure, type Forwarded } from "../../network/http/forward";
import type { Router } from "../../network/router";
import { forwardedHeaders, isValidHeaderName } from "./forwarded-headers";
import { sendError, sendFixedResponse, sendRedirect, type ErrorStatus } from "./error-responses";
import { redirectLocation } from "./redirect";
import { maxResponseHeader, refusalOf } from "./request-checks";
import { requestTargetOf, ruleFor, type RoutingRule } from "./routing-rules";
import type { Picked, TargetGroup } from "./target-group";

export interface LoadBalancerSettings {
  /** Sent as Host if an HTTP/1.0 client sent none. */
  dnsName: string;
  /** One per subnet. */
  nodes: readonly Router[];
  /** idle_timeout.timeout_seconds, in real seconds; 60 by default. */
  idleTimeoutSeconds?: number;
  /** routing.http.drop_invalid_header_fields.enabled. */
  dropsInvalidHeaderFields?: boolean;
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

/** A request, and where it arrived. */
interface Arrival {
  req: http.IncomingMessage;
  res: http.ServerResponse;
  client: { address: string };
  protocol: ListenerProtocol;
  port: number;
  node: Router;
}

/** What the client got, and of whom. */
type Answer = Pick<RequestRecord, "status" | "targetId" | "targetStatus">;

interface WeightedGroup {
  group: TargetGroup;
  weight: number;
}

/** What a listener does with a request. */
export type RoutingAction =
  | { type: "forward"; groups: readonly WeightedGroup[] }
  | { type: "fixed-response"; config: FixedResponseActionConfig }
  | { type: "redirect"; config: RedirectActionConfig };

interface ListenerRouting {
  protocol: ListenerProtocol;
  /** By priority, the default last. */
  rules: readonly RoutingRule<RoutingAction>[];
}

export type ListenerProtocol = "HTTP" | "HTTPS";

/** The rules of a listener that only forwards. */
export const forwardTo = (group: TargetGroup): RoutingRule<RoutingAction>[] => [
  { conditions: [], action: { type: "forward", groups: [{ group, weight: 1 }] } },
];

/**
 * An Application Load Balancer with cross-zone load balancing: listeners with their rules. It has no server of its own: a `createListenerServer` passes requests to `handle`.
 */
export class LoadBalancer {
  /** By port. */
  private readonly listeners = new Map<number, ListenerRouting>();
  private turn = 0;

  constructor(private settings: LoadBalancerSettings) {}

  configure(settings: LoadBalancerSettings): void {
    this.settings = settings;
    for (const group of this.groups()) group.setNodes(settings.nodes);
  }

  /** Creates or changes the listener on a port. Its rules are in the order of their priority, the default last. */
  setListener(
    port: number,
    rules: readonly RoutingRule<RoutingAction>[],
    protocol: ListenerProtocol = "HTTP",
  ): void {
    this.changeGroups(() => this.listeners.set(port, { protocol, rules }));
  }

  removeListener(port: number): void {
    this.changeGroups(() => this.listeners.delete(port));
  }

  listensOn(port: number): boolean {
    return this.listeners.has(port);
  }

  /** Does with a request what the first rule that it meets says. The client always gets a response, unless it disconnects. */
  async handle(
    req: http.IncomingMessage,
    res: http.ServerResponse,
    client: { address: string; port?: number },
    { port = 80, node = this.nextNode() }: EntryPoint = {},
  ): Promise<void> {
    const host = req.headers.host ?? this.settings.dnsName;
    const target = requestTargetOf(req.url ?? "/", host);
    const { protocol = "HTTP", rules = [] } = this.listeners.get(port) ?? {};
    const action = ruleFor(rules, target)?.action;
    if (!action || !node) {
      // The listener was deleted while the client kept its connection open.
      req.socket.destroy();
      return;
    }
    const start = performance.now();
    const arrival = { req, res, client, protocol, port, node };
    const refusal = refusalOf(req);
    let answer: Answer;
    if (refusal !== undefined) answer = { status: sendError(res, refusal) };
    else if (action.type === "forward") answer = await this.forward(arrival, action.groups);
    else if (action.type === "fixed-response") answer = { status: sendFixedResponse(res, action.config) };
    else {
      const location = redirectLocation(action.config, { protocol, port, ...target });
      answer = { status: sendRedirect(res, action.config.StatusCode === "HTTP_301" ? 301 : 302, location) };
    }
    this.settings.onRequest?.({ client, ...answer, durationMs: performance.now() - start });
  }

  private async forward(arrival: Arrival, groups: readonly WeightedGroup[]): Promise<Answer> {
    const { req, res } = arrival;
    const picked = pickWeighted(groups, Math.random())?.pick();
    if (!picked) return { status: sendError(res, 503) };
    const targetId = picked.target.id;
    try {
      const forwarded = await this.send(arrival, picked);
      if (forwarded.outcome !== "failed")
        return { status: forwarded.status, targetId, targetStatus: forwarded.status };
      const status = statusOf(forwarded.failure, req);
      return { status: status === 460 ? status : sendError(res, status), targetId };
    } finally {
      picked.done();
    }
  }

  private send(arrival: Arrival, { target, signal }: Picked): Promise<Forwarded> {
    const { req, res, client, protocol, port, node } = arrival;
    const {
      dnsName,
      dropsInvalidHeaderFields,
      idleTimeoutSeconds = 60,
      connectTimeoutSeconds = 10,
    } = this.settings;
    const connectTimeoutMs = connectTimeoutSeconds * 1000;
    const connection = node({ address: target.address, port: target.port });
    switch (connection.outcome) {
      case "open":
        return forward(req, res, {
          ...connection,
          headers: forwardedHeaders(req.headers, client, { protocol, port, dnsName }),
          ...(dropsInvalidHeaderFields && { passes: isValidHeaderName }),
          connectTimeoutMs,
          idleTimeoutMs: idleTimeoutSeconds * 1000,
          maxResponseHeader,
          signal,
        });
      case "refused":
        return Promise.resolve({ outcome: "failed", failure: "refused" });
      case "dropped":
        return silence(req, res, { ms: connectTimeoutMs, signal }).then(end => ({
          outcome: "failed",
          failure: end === "elapsed" ? "connect-timeout" : end,
        }));
    }
  }

  private nextNode(): Router | undefined {
    const { nodes } = this.settings;
    return nodes[this.turn++ % nodes.length];
  }

  private groups(): Set<TargetGroup> {
    const actions = [...this.listeners.values()].flatMap(({ rules }) => rules.map(({ action }) => action));
    return new Set(
      actions.flatMap(each => (each.type === "forward" ? each.groups.map(({ group }) => group) : [])),
    );
  }

  /** A group that no rule forwards to any more is no longer in use. */
  private changeGroups(change: () => void): void {
    const before = this.groups();
    change();
    const after = this.groups();
    for (const group of before) if (!after.has(group)) group.setNodes([]);
    for (const group of after) group.setNodes(this.settings.nodes);
  }
}

/**
 * @param at from 0 up to 1
 * @returns undefined if no group has a weight
 */
export function pickWeighted<Group>(
  groups: readonly { group: Group; weight: number }[],
  at: number,
): Group | undefined {
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  let rest = at * total;
  return groups.find(({ weight }) => (rest -= weight) < 0)?.group;
}

/** 460 is logged but never sent: the client has disconnected. */
function statusOf(failure: Failure, req: http.IncomingMessage): ErrorStatus | 460 {
  if (failure === "client-gone") return 460;
  if (failure === "connect-timeout") return 504;
  // Depends on who is late: the target, or the client with its request.
  if (failure === "idle-timeout") return req.complete ? 504 : 408;
  return 502;
}
