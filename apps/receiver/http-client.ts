/** How the receiver asks over HTTP; axios and fetch take three times as long, or more, for such short texts. */
import { Agent, type Dispatcher } from "undici";

export interface Question {
  method?: "GET" | "POST" | "PUT";
  headers?: Record<string, string>;
  body?: string;
  /** The URL of the proxy to ask, if any. */
  proxy?: string;
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Dispatcher.ResponseData["headers"];
  text: string;
}

/** Of more bytes than any promised answer has. */
const agent = new Agent({ maxResponseSize: 1024 });

/** Over kept-alive connections, and follows no redirect. */
export async function ask(
  url: URL,
  { method = "GET", headers, body, proxy, signal }: Question,
): Promise<Answer> {
  const response = await agent.request({
    ...(proxy
      ? // RFC 9112, section 3.2: a proxy is told the whole URL.
        { origin: new URL(proxy).origin, path: url.href }
      : { origin: url.origin, path: url.pathname + url.search }),
    method,
    headers: { Host: url.host, ...headers },
    body,
    signal,
  });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}
