/**
 * The region's one piece of HTTP forwarding: load balancers, the hosts' outbound proxies and the Internet
 * door all send requests on through it. Who may talk to whom, and what a failure looks like to the client,
 * is decided by its callers.
 */
import http from "node:http";

export interface Upstream {
  agent: http.Agent;
  host: string;
  port: number;
  /** Request target; by default the one that the client sent. */
  path?: string;
  /** Fields to send in place of those of the same name from the client. */
  headers?: Readonly<Record<string, string>>;
  /** Real milliseconds until the connection must stand. */
  connectTimeoutMs?: number;
  /** Real milliseconds for which the connection to the upstream may be idle, before its answer and within it. */
  idleTimeoutMs?: number;
  /** Ends the exchange wherever it stands. */
  signal?: AbortSignal;
}

export type Failure =
  | "refused"
  /** The upstream closed or reset the connection, or a network error did. */
  | "reset"
  /** Its answer is not HTTP. */
  | "malformed"
  | "connect-timeout"
  | "idle-timeout"
  | "client-gone"
  /** `signal` fired. */
  | "cancelled"
  /** The caller's path or fields are no valid HTTP. */
  | "unsendable";

export type Forwarded =
  /** The client has the whole answer. */
  | { outcome: "answered"; status: number }
  /** The answer broke off after its header; the client's connection is closed, so that it can tell. */
  | { outcome: "cut"; failure: Failure; status: number }
  /** Nothing was sent to the client: the caller answers. */
  | { outcome: "failed"; failure: Failure };

/**
 * Sends the request on and streams the answer back. What happened is in the result; nothing is thrown for it
 * and nothing retried. Host stays as it came, and is added where HTTP/1.0 lacks it. Trailers (RFC 9110 §6.5.1)
 * and interim answers (1xx) are dropped, upgrades not made.
 */
export function forward(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  to: Upstream,
): Promise<Forwarded> {
  return new Promise(resolve => {
    if (res.closed || req.socket.destroyed) {
      resolve({ outcome: "failed", failure: "client-gone" });
      return;
    }
    if (to.signal?.aborted) {
      resolve({ outcome: "failed", failure: "cancelled" });
      return;
    }

    let upstream: http.ClientRequest;
    try {
      upstream = http.request({
        agent: to.agent,
        host: to.host,
        port: to.port,
        method: req.method,
        path: to.path ?? req.url,
        headers: requestHeaders(req, to),
        timeout: to.idleTimeoutMs,
      });
    } catch {
      resolve({ outcome: "failed", failure: "unsendable" });
      return;
    }
    let status: number | undefined;
    let settled = false;
    let connected = false;

    const settle = (result: Forwarded) => {
      settled = true;
      clearTimeout(connectTimer);
      to.signal?.removeEventListener("abort", cancel);
      if (!upstream.writableFinished || result.outcome !== "answered") {
        // The rest of the client's body is read and forgotten: unread, it would hold up its connection.
        req.unpipe(upstream);
        req.resume();
        upstream.destroy();
      }
      resolve(result);
    };
    const fail = (failure: Failure) => {
      if (settled) return;
      if (status === undefined) {
        settle({ outcome: "failed", failure });
      } else {
        settle({ outcome: "cut", failure, status });
        res.destroy();
      }
    };
    const cancel = () => {
      fail("cancelled");
    };

    const connectTimer = after(to.connectTimeoutMs, () => {
      fail("connect-timeout");
    });
    to.signal?.addEventListener("abort", cancel, { once: true });
    upstream.once("socket", socket => {
      const standing = () => {
        connected = true;
        clearTimeout(connectTimer);
      };
      if (socket.connecting) socket.once("connect", standing);
      else standing();
    });
    upstream.on("timeout", () => {
      fail(connected ? "idle-timeout" : "connect-timeout");
    });
    upstream.on("error", error => {
      fail(failureOf(error));
    });
    // Without an error: the upstream switched protocols unasked, and Node closed the connection.
    upstream.on("close", () => {
      if (status === undefined) fail("malformed");
    });
    upstream.on("response", answer => {
      answer.on("error", error => {
        fail(failureOf(error));
      });
      if (!isWritable(answer)) {
        fail("malformed");
        return;
      }
      status = answer.statusCode;
      res.writeHead(status, answer.statusMessage, endToEnd(answer.rawHeaders, answer.headers.connection));
      answer.pipe(res);
    });
    res.on("error", () => {
      fail("client-gone");
    });
    res.on("close", () => {
      if (settled) return;
      if (res.writableFinished && status !== undefined) settle({ outcome: "answered", status });
      else fail("client-gone");
    });

    if (hasBody(req)) {
      // Node would keep the header back until the body begins.
      upstream.flushHeaders();
      req.pipe(upstream);
    } else upstream.end();
  });
}

/**
 * Holds a request without an answer, as a dropped packet does, until the client goes away or its server
 * closes all connections; at most `ms` real milliseconds, or until `signal` fires.
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
    const gone = () => {
      end("client-gone");
    };
    const cancel = () => {
      end("cancelled");
    };
    const timer = after(ms, () => {
      end("elapsed");
    });
    if (res.closed || req.socket.destroyed) gone();
    else if (signal?.aborted) cancel();
    else {
      // A socket that nobody reads doesn't notice that its other end is gone.
      req.resume();
      res.once("close", gone);
      signal?.addEventListener("abort", cancel, { once: true });
    }
  });
}

function after(ms: number | undefined, callback: () => void): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(callback, ms);
}

/**
 * Fields that concern one connection only: RFC 9110 §7.6.1, and those for proxies in §11.7. Not all of
 * `Proxy-*`: Proxy-Status (RFC 9209) is meant for the client.
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

/** Fields that Connection can't name away: RFC 9110 §7.6.1 forbids it, and framing would break. */
const neverNominated: ReadonlySet<string> = new Set(["content-length", "host"]);

/** The fields of a raw list (name, value, name, …) that go beyond this connection, duplicates and case as they came. */
function endToEnd(
  raw: readonly string[],
  connection: string | undefined,
  without?: ReadonlySet<string>,
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
        !hopByHop.has(key) && !without?.has(key) && (!nominated?.includes(key) || neverNominated.has(key));
    } else if (keep) kept.push(name, text);
  }
  return kept;
}

function requestHeaders(req: http.IncomingMessage, to: Upstream): string[] {
  const set = Object.entries(to.headers ?? {});
  const without = new Set(set.map(([name]) => name.toLowerCase()));
  if (req.headers.host === undefined && !without.has("host")) set.push(["Host", `${to.host}:${to.port}`]);
  // Node has answered "100 Continue" before it calls us, as ELB does ("How Elastic Load Balancing works",
  // HTTP headers), so the expectation is met.
  without.add("expect");
  const headers = endToEnd(req.rawHeaders, req.headers.connection, without);
  for (const [name, value] of set) headers.push(name, value);
  if (req.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
  else if (req.headers["content-length"] === undefined && !usuallyWithoutBody.has(req.method ?? "")) {
    // RFC 9110 §8.6; Node would announce a chunked body.
    headers.push("Content-Length", "0");
  }
  return headers;
}

const usuallyWithoutBody: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Node's parser lets in what its writer refuses: status codes below 100, and reasons with control characters. */
function isWritable(
  answer: http.IncomingMessage,
): answer is http.IncomingMessage & { statusCode: number; statusMessage: string } {
  return (answer.statusCode ?? 0) >= 100 && /^[\t\x20-\x7e\x80-\xff]*$/.test(answer.statusMessage ?? "");
}

/** RFC 9112 §6.3: a request has a body if, and only if, one of these fields says so. */
function hasBody(req: http.IncomingMessage): boolean {
  return req.headers["transfer-encoding"] !== undefined || (req.headers["content-length"] ?? "0") !== "0";
}

function failureOf(error: NodeJS.ErrnoException): Failure {
  if (error.code === "ECONNREFUSED") return "refused";
  return error.code?.startsWith("HPE_") ? "malformed" : "reset";
}
