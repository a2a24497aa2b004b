/**
 * Forwards HTTP requests for load balancers, the hosts' outbound proxies and the local Internet. Callers decide who
 * may connect to whom and how a failure looks to the client.
 */
import type http from "node:http";
import type net from "node:net";
import type { Connection } from "../router";
import { endToEnd, isForwardable, offers, upgradeHeaders, type ResponseHead } from "./headers";
import { requestByNode } from "./node-request";
import { tunnel } from "./tunnel";
import { canSendByUndici, requestByUndici } from "./undici-request";
import { UpgradeResponse } from "./upgrades";
import type { Failure, ResponseReceiver, Upstream, UpstreamRequest } from "./upstream";

export type { Failure, Upstream } from "./upstream";

export type Forwarded =
  /** The client received the whole response. */
  | { outcome: "answered"; status: number }
  /** The response broke off after its header; the client's connection is closed so that it notices. */
  | { outcome: "cut"; failure: Failure; status: number }
  /** Nothing was sent to the client: the caller must respond. */
  | { outcome: "failed"; failure: Failure };

/**
 * Forwards the request and streams the response back. Never throws: the result says what happened. Never retries.
 * Host is forwarded unchanged, and added if an HTTP/1.0 request lacks it. Trailers (RFC 9110 §6.5.1) and interim
 * responses (1xx) are dropped. If `res` is an `UpgradeResponse` and the upstream switches protocols, the request lasts
 * until both connections are closed.
 */
export function forward(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  to: Upstream,
): Promise<Forwarded> {
  const failed = (failure: Failure) => Promise.resolve<Forwarded>({ outcome: "failed", failure });
  if (res.closed || req.socket.destroyed) return failed("client-gone");
  if (to.signal?.aborted) return failed("cancelled");
  return new Promise(resolve => new Exchange(req, res, to, resolve).begin());
}

/** A request on its way, until its response is. */
class Exchange implements ResponseReceiver {
  private request?: UpstreamRequest;
  private status?: number;
  private settled = false;
  private readonly upgrade: string | undefined;

  constructor(
    private readonly req: http.IncomingMessage,
    private readonly res: http.ServerResponse,
    private readonly to: Upstream,
    private readonly resolve: (result: Forwarded | Promise<Forwarded>) => void,
  ) {
    this.upgrade = res instanceof UpgradeResponse ? req.headers.upgrade : undefined;
  }

  begin(): void {
    const { req, res, to, upgrade } = this;
    to.signal?.addEventListener("abort", this.cancel, { once: true });
    res.on("error", this.onClientGone);
    res.on("close", this.onClientClose);
    try {
      this.request =
        upgrade === undefined && canSendByUndici(req, to)
          ? requestByUndici(req, to, this)
          : requestByNode(req, to, this, upgrade);
    } catch {
      this.onFailure("unsendable");
    }
    if (this.settled) this.request?.end();
  }

  onHead(head: ResponseHead): void {
    const { res, to } = this;
    if (this.settled) return;
    if (!isForwardable(head, to.maxResponseHeader)) {
      this.onFailure("malformed");
      return;
    }
    const headers = endToEnd(head.rawHeaders, head.connection);
    // Says what to upgrade to: RFC 9110 §15.5.22.
    if (head.status === 426) headers.push(...upgradeHeaders(head.upgrade, !res.shouldKeepAlive));
    this.status = head.status;
    res.writeHead(head.status, head.reason, headers);
  }

  onData(chunk: Buffer): boolean {
    // Without pipe(), whose bookkeeping costs more than a small body.
    if (this.settled || this.res.write(chunk)) return true;
    this.res.once("drain", () => this.request?.resume());
    return false;
  }

  onEnd(): void {
    if (!this.settled) this.res.end();
  }

  onUpgrade(head: ResponseHead, socket: net.Socket, first: Buffer): void {
    const { res, to, upgrade = "" } = this;
    if (
      this.settled ||
      !(res instanceof UpgradeResponse) ||
      !isForwardable(head, to.maxResponseHeader) ||
      !offers(upgrade, head.upgrade)
    ) {
      socket.destroy();
      this.onFailure("malformed");
      return;
    }
    this.stopWatching();
    if (first.length > 0) socket.unshift(first);
    const headers = [...endToEnd(head.rawHeaders, head.connection), ...upgradeHeaders(head.upgrade)];
    this.resolve(switched(res.switchProtocols(head.reason, headers), socket, to));
  }

  onFailure(failure: Failure): void {
    const { res, status } = this;
    if (this.settled) return;
    if (status === undefined) this.settle({ outcome: "failed", failure });
    else {
      this.settle({ outcome: "cut", failure, status });
      res.destroy();
    }
  }

  private readonly cancel = () => this.onFailure("cancelled");

  private readonly onClientGone = () => this.onFailure("client-gone");

  private readonly onClientClose = () => {
    const { res, status } = this;
    if (res.writableFinished && status !== undefined) this.settle({ outcome: "answered", status });
    else this.onClientGone();
  };

  private settle(result: Forwarded): void {
    if (this.settled) return;
    this.stopWatching();
    this.request?.end();
    this.resolve(result);
  }

  private stopWatching(): void {
    this.settled = true;
    this.to.signal?.removeEventListener("abort", this.cancel);
  }
}

/**
 * Holds a request without a response, as if its packets were dropped, until the client goes away or its server closes
 * all connections; for at most `ms` real milliseconds, or until `signal` fires.
 */
export function silence(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  { ms, signal }: { ms?: number; signal?: AbortSignal } = {},
): Promise<"client-gone" | "elapsed" | "cancelled"> {
  return new Promise(resolve => {
    const end = (how: "client-gone" | "elapsed" | "cancelled") => {
      clearTimeout(timer);
      res.off("close", gone);
      signal?.removeEventListener("abort", cancel);
      resolve(how);
    };
    const gone = () => end("client-gone");
    const cancel = () => end("cancelled");
    const timer = ms === undefined ? undefined : setTimeout(() => end("elapsed"), ms);
    if (res.closed || req.socket.destroyed) gone();
    else if (signal?.aborted) cancel();
    else {
      // A socket that isn't read doesn't notice that its peer is gone.
      req.resume();
      res.once("close", gone);
      signal?.addEventListener("abort", cancel, { once: true });
    }
  });
}

/**
 * Does with a request what became of its connection, as seen by a client without a proxy: dropped is silence, refused
 * or failed a closed connection.
 */
export async function passThrough(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  connection: Connection,
): Promise<void> {
  if (connection.outcome === "dropped") await silence(req, res);
  else if (connection.outcome === "refused") req.socket.destroy();
  else if ((await forward(req, res, connection)).outcome === "failed") req.socket.destroy();
}

async function switched(client: net.Socket, upstream: net.Socket, to: Upstream): Promise<Forwarded> {
  const end = await tunnel(client, upstream, to);
  return end === "closed"
    ? { outcome: "answered", status: 101 }
    : { outcome: "cut", failure: end, status: 101 };
}
