/** HTTP as seen by a client that knows nothing of the region but its proxies. */
import http from "node:http";
import { text } from "node:stream/consumers";

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
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  /** The text parsed, if it is JSON. */
  json: unknown;
}

/** "silent": nothing came back. "refused": a closed port, as a proxy reports it in Proxy-Status (RFC 9209). */
export type Outcome = Answer | "silent" | "refused";

/** Over a new connection, unless the request names an agent. */
export function ask(url: string, request: Request = {}): Promise<Outcome> {
  const { through, method = "GET", patience = 700 } = request;
  const body = typeof request.body === "object" ? JSON.stringify(request.body) : request.body;
  const headers: http.OutgoingHttpHeaders = {
    ...(typeof request.body === "object" && { "content-type": "application/json" }),
    ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
    ...request.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = http.request(through ?? url, {
      method,
      headers,
      agent: request.agent ?? false,
      ...(through !== undefined && { path: url }),
      ...(through !== undefined && URL.canParse(url) && { headers: { host: new URL(url).host, ...headers } }),
    });
    const timer = setTimeout(() => {
      sent.destroy();
      resolve("silent");
    }, patience);
    sent.on("response", response => {
      clearTimeout(timer);
      const { statusCode: status = 0, headers } = response;
      const refused = /;\s*error=connection_refused\b/.test(String(headers["proxy-status"]));
      text(response).then(text => {
        resolve(status === 502 && refused ? "refused" : { status, headers, text, json: parsed(text) });
      }, reject);
    });
    sent.on("error", reject);
    sent.on("close", () => clearTimeout(timer));
    sent.end(body);
  });
}

/** As `ask`, for a request that must be answered, however slow this machine is. */
export async function answerTo(url: string, request: Request = {}): Promise<Answer> {
  const outcome = await ask(url, { patience: 10_000, ...request });
  if (typeof outcome === "string") throw new Error(`${request.method ?? "GET"} ${url}: ${outcome}`);
  return outcome;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
