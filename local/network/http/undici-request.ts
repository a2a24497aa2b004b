/** Requests without a body, by undici: in half the time that node:http takes. */
import type http from "node:http";
import type net from "node:net";
import type { buildConnector, Dispatcher, Pool } from "undici";
import { requestHeaders } from "./headers";
import { idleConnectionTimeout, maxHeaderSize } from "./limits";
import { hasBody } from "./upgrades";
import { failureOf, type ResponseReceiver, type Upstream, type UpstreamRequest } from "./upstream";

/** Loaded by the first request: it takes 80 ms and 20 MB. */
let undici: typeof import("undici");

/** Node's types don't declare its options. */
type KeepAliveAgent = http.Agent & { options: http.AgentOptions };

/** Whether the agent keeps connections alive, and the request is one that undici sends as it is. */
export function canSendByUndici(req: http.IncomingMessage, { agent, path = req.url }: Upstream): boolean {
  const { options } = agent as KeepAliveAgent;
  return options.keepAlive === true && !hasBody(req) && path?.startsWith("/") === true;
}

/** Sends over connections that the agent makes, and keeps them alive. */
export function requestByUndici(
  req: http.IncomingMessage,
  to: Upstream,
  receiver: ResponseReceiver,
): UpstreamRequest {
  const request = new PooledRequest(connectionsOf(to), receiver, to.idleTimeoutMs);
  request.send({
    path: to.path ?? req.url ?? "/",
    method: req.method ?? "GET",
    headers: requestHeaders(req, to),
    // By default undici closes a connection after HEAD, for servers that send a body.
    reset: false,
  });
  return request;
}

class PooledRequest implements UpstreamRequest, Dispatcher.DispatchHandler {
  private state: "waiting" | "started" | "over" = "waiting";
  private controller?: Dispatcher.DispatchController;
  private readonly idleTimer?: NodeJS.Timeout;

  constructor(
    private readonly connections: Connections,
    private readonly receiver: ResponseReceiver,
    idleTimeoutMs: number | undefined,
  ) {
    if (idleTimeoutMs !== undefined)
      this.idleTimer = setTimeout(
        () => receiver.onFailure(this.state === "waiting" ? "connect-timeout" : "idle-timeout"),
        idleTimeoutMs,
      );
  }

  send(request: Dispatcher.DispatchOptions): void {
    this.connections.waiting++;
    this.connections.pool.dispatch(request, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.state === "over") {
      controller.abort(new undici.errors.RequestAbortedError());
      return;
    }
    this.controller = controller;
    this.enter("started");
    this.idleTimer?.refresh();
  }

  onResponseStart(
    { rawHeaders }: Dispatcher.DispatchController,
    status: number,
    { connection, upgrade }: Record<string, string | string[] | undefined>,
    reason = "",
  ): void {
    if (status >= 100 && status < 200) return;
    this.idleTimer?.refresh();
    this.receiver.onHead({
      status,
      reason,
      rawHeaders: (rawHeaders as Buffer[]).map(each => each.toString("latin1")),
      connection: connection?.toString(),
      upgrade: upgrade?.toString(),
    });
    // It has no body, but undici waits for one as long as its Content-Length, which is that of a 200: RFC 9110 §8.6.
    if (status === 304) this.onResponseEnd();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.idleTimer?.refresh();
    if (!this.receiver.onData(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.state === "over") return;
    this.enter("over");
    this.receiver.onEnd();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.state === "over") return;
    this.enter("over");
    this.receiver.onFailure(failureOf(error));
  }

  resume(): void {
    this.controller?.resume();
  }

  end(): void {
    clearTimeout(this.idleTimer);
    if (this.state === "over") return;
    this.enter("over");
    this.controller?.abort(new undici.errors.RequestAbortedError());
  }

  private enter(state: "started" | "over"): void {
    if (this.state === "waiting") this.connections.waiting--;
    this.state = state;
  }
}

const connectionsByAgent = new WeakMap<http.Agent, Map<string, Connections>>();

function connectionsOf({ agent, host, port, connectTimeoutMs }: Upstream): Connections {
  let byOrigin = connectionsByAgent.get(agent);
  if (!byOrigin) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only now, and at once
    undici = require("undici") as typeof undici;
    connectionsByAgent.set(agent, (byOrigin = new Map<string, Connections>()));
  }
  const origin = `http://${host}:${port}`;
  let connections = byOrigin.get(origin);
  if (!connections) byOrigin.set(origin, (connections = new Connections(agent, origin, connectTimeoutMs)));
  return connections;
}

/** The connections that an agent makes to one place. */
class Connections {
  /** How many requests have no connection yet. */
  waiting = 0;

  readonly pool: Pool;

  constructor(
    private readonly agent: http.Agent,
    origin: string,
    private readonly connectTimeoutMs: number | undefined,
  ) {
    this.pool = new undici.Pool(origin, {
      connect: (to, callback) => this.connect(to, callback),
      maxHeaderSize,
      // Each request has its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleConnectionTimeout,
      keepAliveMaxTimeout: idleConnectionTimeout,
    });
  }

  private connect({ hostname, port }: buildConnector.Options, callback: buildConnector.Callback): void {
    if (this.waiting === 0) {
      // Once a request is aborted, undici makes a new connection for it, before it sees that it is.
      callback(new undici.errors.RequestAbortedError(), null);
      return;
    }
    const { options } = this.agent as KeepAliveAgent;
    const socket = this.agent.createConnection({
      ...options,
      host: hostname,
      port: Number(port),
    }) as net.Socket;
    const timer =
      this.connectTimeoutMs &&
      setTimeout(() => socket.destroy(new undici.errors.ConnectTimeoutError()), this.connectTimeoutMs);
    let cause: Error = new undici.errors.SocketError("closed");
    const onError = (error: Error) => (cause = error);
    const onClose = () => {
      clearTimeout(timer);
      callback(cause, null);
    };
    socket.once("error", onError);
    socket.once("close", onClose);
    socket.once("connect", () => {
      if (this.waiting === 0) socket.destroy();
      if (socket.destroyed) return;
      clearTimeout(timer);
      socket.off("error", onError);
      socket.off("close", onClose);
      callback(null, socket);
    });
  }
}
