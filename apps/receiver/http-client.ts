/** An HTTP client for short texts; fetch and its like take several times as long for them. */
import http from "node:http";

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
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** In characters, more than in any promised answer. */
const longest = 1024;

/** Over kept-alive connections, and follows no redirect. */
export function ask(url: URL, { method, headers, body, proxy, signal }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(proxy ? new URL(proxy) : url, {
      method,
      // RFC 9112, section 3.2: a proxy is told the whole URL.
      path: proxy ? url.href : url.pathname + url.search,
      headers: { Host: url.host, ...headers },
    });
    const fail = (error: Error) => {
      reject(error);
      request.destroy();
    };
    request.on("error", fail);
    request.on("response", response => {
      let text = "";
      response.setEncoding("utf8").on("error", fail);
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > longest) fail(new Error(`the answer has more than ${longest} characters`));
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    signal.addEventListener("abort", () => fail(signal.reason as Error));
    request.end(body);
  });
}
