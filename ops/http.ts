/** HTTP as a client sees it that knows nothing of what it talks to: an answer, silence, or a closed port. */
import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import { isRefusal, RefusedByProxy, secureConnections } from "./https";

export interface Request {
  /** URL of the proxy to use; without one the request goes straight to the URL. */
  through?: string;
  method?: string;
  /** An object is sent as JSON, a string as is. */
  body?: object | string;
  headers?: http.OutgoingHttpHeaders;
  /** Milliseconds without an answer that count as silence. */
  patience?: number;
  agent?: http.Agent;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  /** The text parsed, if it is JSON. */
  json: unknown;
}

/**
 * "silent": nothing came back. "refused": a closed port, which a proxy reports in Proxy-Status (RFC 9209). A proxy that
 * isn't there is an error.
 */
export type Outcome = Answer | "silent" | "refused";

/** Over a new connection, unless the request names an agent. */
export function ask(url: string, request: Request = {}): Promise<Outcome> {
  const { through, method = "GET", patience = 700, signal } = request;
  const body = typeof request.body === "object" ? JSON.stringify(request.body) : request.body;
  const headers: http.OutgoingHttpHeaders = {
    ...(typeof request.body === "object" && { "content-type": "application/json" }),
    ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
    ...request.headers,
  };
  return new Promise((resolve, reject) => {
    const gaveUp = new AbortController();
    const sent = url.startsWith("https:")
      ? https.request(url, {
          ...{ method, headers, signal },
          createConnection: secureConnections(url, gaveUp.signal, through),
        })
      : http.request(through ?? url, {
          method,
          headers,
          signal,
          agent: request.agent ?? false,
          ...(through !== undefined && { path: url }),
          ...(through !== undefined &&
            URL.canParse(url) && { headers: { host: new URL(url).host, ...headers } }),
        });
    const timer = setTimeout(() => {
      gaveUp.abort();
      sent.destroy();
      resolve("silent");
    }, patience);
    sent.on("response", response => {
      clearTimeout(timer);
      const { statusCode: status = 0, headers } = response;
      const refused = isRefusal(response);
      text(response).then(text => {
        resolve(status === 502 && refused ? "refused" : { status, headers, text, json: parsed(text) });
      }, reject);
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === "ECONNREFUSED" && through === undefined;
      if (isClosed || error instanceof RefusedByProxy) resolve("refused");
      else reject(error);
    });
    sent.on("close", () => clearTimeout(timer));
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
