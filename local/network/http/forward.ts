/**
 * Forwards HTTP requests for load balancers, the hosts' outbound proxies and the local Internet. Callers decide who
 * may connect to whom and how a failure looks to the client.
 */
import http from "node:http";
import type net from "node:net";
import type { Connection } from "../router";
import { headerSize, maxHeaderSize } from "./limits";
import { tunnel } from "./tunnel";
import { hasBody, UpgradeResponse } from "./upgrades";

export interface Upstream extends Omit<Extract<Connection, { outcome: "open" }>, "outcome"> {
  /** Request target; by default the client's. */
  path?: string;
  /** Header fields that replace the client's fields of the same name. */
  headers?: Readonly<Record<string, string>>;
  /** Which of the client's header fields are forwarded, by their names; all by default. */
  passes?: (name: string) => boolean;
  /** Real milliseconds allowed for connecting. */
  connectTimeoutMs?: number;
  /** Real milliseconds for which the upstream connection may be idle, before or during its response. */
  idleTimeoutMs?: number;
  /** Bytes that the response's header may have. */
  maxResponseHeader?: number;
  /** Cancels the exchange at any point. */
  signal?: AbortSignal;
}

export type Failure =
  | "refused"
  /** The upstream or a network error closed the connection. */
  | "reset"
  /** Its response is not valid HTTP. */
  | "malformed"
  | "connect-timeout"
  | "idle-timeout"
  | "client-gone"
  /** `signal` fired. */
  | "cancelled"
  /** The caller's path or fields are not valid HTTP. */
  | "unsendable";

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

  const upgrade = res instanceof UpgradeResponse ? req.headers.upgrade : undefined;
  let upstream: http.ClientRequest;
  try {
    upstream = http.request({
      agent: to.agent,
      host: to.host,
      port: to.port,
      method: req.method,
      path: to.path ?? req.url,
      headers: [...requestHeaders(req, to), ...upgradeHeaders(upgrade)],
      timeout: to.idleTimeoutMs,
      maxHeaderSize,
    });
    upstream.maxHeadersCount = 0; // unlimited
  } catch {
    return failed("unsendable");
  }
  return new Promise(resolve => {
    let status: number | undefined;
    let settled = false;
    let connected = false;

    const stopWatching = () => {
      settled = true;
      clearTimeout(connectTimer);
      to.signal?.removeEventListener("abort", cancel);
    };
    const settle = (result: Forwarded) => {
      stopWatching();
      if (!upstream.writableFinished || result.outcome !== "answered") {
        // Drain the rest of the client's body; unread, it would block its connection.
        req.unpipe(upstream);
        req.resume();
        upstream.destroy();
      }
      resolve(result);
    };
    const fail = (failure: Failure) => {
      if (settled) return;
      if (status === undefined) settle({ outcome: "failed", failure });
      else {
        settle({ outcome: "cut", failure, status });
        res.destroy();
      }
    };
    const cancel = () => fail("cancelled");

    const connectTimer = after(to.connectTimeoutMs, () => fail("connect-timeout"));
    to.signal?.addEventListener("abort", cancel, { once: true });
    upstream.once("socket", socket => {
      const onConnected = () => {
        connected = true;
        clearTimeout(connectTimer);
      };
      if (socket.connecting) socket.once("connect", onConnected);
      else onConnected();
    });
    upstream.on("timeout", () => fail(connected ? "idle-timeout" : "connect-timeout"));
    upstream.on("error", error => fail(failureOf(error)));
    // Closed without an error: the upstream switched protocols unasked, and Node closed the connection.
    upstream.on("close", () => {
      if (status === undefined) fail("malformed");
    });
    upstream.on("response", response => {
      response.on("error", error => fail(failureOf(error)));
      if (!isForwardable(response) || isTooLarge(response, to)) {
        fail("malformed");
        return;
      }
      const headers = endToEnd(response.rawHeaders, response.headers.connection);
      status = response.statusCode;
      // Says what to upgrade to: RFC 9110 §15.5.22.
      if (status === 426) headers.push(...upgradeHeaders(response.headers.upgrade, !res.shouldKeepAlive));
      res.writeHead(status, response.statusMessage, headers);
      relay(response, res);
    });
    if (res instanceof UpgradeResponse && upgrade !== undefined) {
      upstream.on("upgrade", (response, socket, head) => {
        const protocol = response.headers.upgrade;
        if (settled || !isForwardable(response) || isTooLarge(response, to) || !offers(upgrade, protocol)) {
          socket.destroy();
          fail("malformed");
          return;
        }
        status = response.statusCode;
        stopWatching();
        if (head.length > 0) socket.unshift(head);
        const headers = endToEnd(response.rawHeaders, response.headers.connection);
        const client = res.switchProtocols(response.statusMessage, [...headers, ...upgradeHeaders(protocol)]);
        resolve(switched(client, socket, to));
      });
    }
    res.on("error", () => fail("client-gone"));
    res.on("close", () => {
      if (settled) return;
      if (res.writableFinished && status !== undefined) settle({ outcome: "answered", status });
      else fail("client-gone");
    });

    if (hasBody(req)) {
      // Node would hold the header back until the body starts.
      upstream.flushHeaders();
      req.pipe(upstream);
    } else upstream.end();
  });
}

/** As pipe() does, whose bookkeeping costs more than a small body. */
function relay(response: http.IncomingMessage, res: http.ServerResponse): void {
  response.on("data", chunk => {
    if (!res.write(chunk)) response.pause();
  });
  res.on("drain", () => response.resume());
  response.on("end", () => res.end());
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
    const timer = after(ms, () => end("elapsed"));
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

function after(ms: number | undefined, callback: () => void): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(callback, ms);
}

/**
 * Fields that apply to a single connection: RFC 9110 §7.6.1, and §11.7 for proxies. Not every `Proxy-*` field:
 * Proxy-Status (RFC 9209) is meant for the client.
 */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that Connection can't remove: RFC 9110 §7.6.1 forbids it, and framing would break. */
const neverNominated: ReadonlySet<string> = new Set(["content-length", "host"]);

/** Filters a raw list (name, value, name, …) for end-to-end fields, preserving order, duplicates and case. */
function endToEnd(
  raw: readonly string[],
  connection: string | undefined,
  omitted?: ReadonlySet<string>,
): string[] {
  const nominated = connection?.toLowerCase().split(/[\s,]+/);
  const kept: string[] = [];
  let name = "";
  let keep = false;
  for (const [i, text] of raw.entries()) {
    if (i % 2 === 0) {
      name = text;
      const key = text.toLowerCase();
      keep =
        !hopByHop.has(key) && !omitted?.has(key) && (!nominated?.includes(key) || neverNominated.has(key));
    } else if (keep) kept.push(name, text);
  }
  return kept;
}

function upgradeHeaders(protocol: string | undefined, closes = false): string[] {
  return protocol === undefined
    ? []
    : ["Connection", closes ? "Upgrade, close" : "Upgrade", "Upgrade", protocol];
}

/** An upstream may only switch to a protocol that the client offered. */
function offers(offered: string, protocol: string | undefined): boolean {
  const names = offered.toLowerCase().split(/[\s,]+/);
  return protocol !== undefined && names.includes(protocol.toLowerCase());
}

async function switched(client: net.Socket, upstream: net.Socket, to: Upstream): Promise<Forwarded> {
  const end = await tunnel(client, upstream, to);
  return end === "closed"
    ? { outcome: "answered", status: 101 }
    : { outcome: "cut", failure: end, status: 101 };
}

function requestHeaders(req: http.IncomingMessage, to: Upstream): string[] {
  const overrides = Object.entries(to.headers ?? {});
  const omitted = new Set(overrides.map(([name]) => name.toLowerCase()));
  if (req.headers.host === undefined && !omitted.has("host"))
    overrides.push(["Host", `${to.host}:${to.port}`]);
  // Node sends "100 Continue" before it calls us, as ELB does ("How Elastic Load Balancing works",
  // HTTP headers), so the expectation is already met.
  omitted.add("expect");
  for (const name of Object.keys(req.headers)) if (to.passes?.(name) === false) omitted.add(name);
  const headers = endToEnd(req.rawHeaders, req.headers.connection, omitted);
  for (const [name, value] of overrides) headers.push(name, value);
  if (req.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
  else if (req.headers["content-length"] === undefined && !usuallyWithoutBody.has(req.method ?? "")) {
    // RFC 9110 §8.6. By default Node would send a chunked body.
    headers.push("Content-Length", "0");
  }
  return headers;
}

const usuallyWithoutBody: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Node parses responses that it refuses to write: status codes below 100, and reasons with control characters. */
function isForwardable(
  response: http.IncomingMessage,
): response is http.IncomingMessage & { statusCode: number; statusMessage: string } {
  return (response.statusCode ?? 0) >= 100 && /^[\t\x20-\x7e\x80-\xff]*$/.test(response.statusMessage ?? "");
}

function isTooLarge(
  { statusCode, statusMessage, rawHeaders }: http.IncomingMessage,
  { maxResponseHeader = Infinity }: Upstream,
): boolean {
  return headerSize(`HTTP/1.1 ${statusCode} ${statusMessage}`, rawHeaders) > maxResponseHeader;
}

function failureOf(error: NodeJS.ErrnoException): Failure {
  if (error.code === "ECONNREFUSED") return "refused";
  return error.code?.startsWith("HPE_") ? "malformed" : "reset";
}
