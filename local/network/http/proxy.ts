/**
 * An HTTP proxy into the region, for requests in absolute form (RFC 9110 section 7.7). Requests that AWS would drop
 * get no response; every other failure is a 502 whose Proxy-Status (RFC 9209) names the cause.
 */
import http from "node:http";
import type { Dns } from "../dns";
import { forward, silence, type Failure } from "./forward";
import type { Router } from "../router";
import { createServer } from "./servers";

/** Proxy error types of RFC 9209 section 2.3. */
const errorTypes: Partial<Record<Failure, string>> = {
  refused: "connection_refused",
  reset: "connection_terminated",
  malformed: "http_protocol_error",
  "connect-timeout": "connection_timeout",
  "idle-timeout": "http_response_timeout",
  unsendable: "http_request_error",
};

export interface ProxyOptions {
  /** Its name in Proxy-Status. */
  name: string;
  dns: Dns;
  /** Routes requests into the region. */
  route: Router;
  /** Handles requests addressed to the proxy itself; by default they get a 400. */
  ownHandler?: http.RequestListener;
}

export function createProxy({ name, dns, route, ownHandler }: ProxyOptions): http.Server {
  const fail = (res: http.ServerResponse, error: string, details: string) => {
    if (res.headersSent || res.destroyed) return;
    // Strings in structured fields are limited to printable ASCII: RFC 9651 section 3.3.3.
    const quoted = JSON.stringify(details.replaceAll(/[^ -~]/g, "?"));
    res.writeHead(502, {
      "content-type": "text/plain; charset=utf-8",
      "proxy-status": `${name}; error=${error}; details=${quoted}`,
    });
    res.end(`${details}\n`);
  };

  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => fail(res, "proxy_internal_error", (error as Error).message));
  });

  async function handle(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
    if (req.url?.startsWith("/")) {
      if (ownHandler) ownHandler(req, res);
      else res.writeHead(400, { "content-type": "text/plain" }).end("this is an HTTP proxy\n");
      return;
    }
    const [, authority = "", rest = ""] = absoluteForm.exec(req.url ?? "") ?? [];
    if (!URL.canParse(`http://${authority}`)) {
      fail(res, "http_request_error", `only http URLs can be forwarded, not ${req.url ?? ""}`);
      return;
    }
    const url = new URL(`http://${authority}`);
    const address = dns.resolve(url.hostname);
    if (address === undefined) {
      const details = `${url.hostname} is not a name in this region; names outside it are not resolved`;
      fail(res, "dns_error", details);
      return;
    }
    const port = url.port === "" ? 80 : Number(url.port);
    const connection = route({ address, port });
    if (connection.outcome === "dropped") await silence(req, res);
    else if (connection.outcome === "refused") {
      fail(res, "connection_refused", `nothing listens on ${address}:${port}`);
    } else {
      const path = pathOf(rest, req.method);
      // The request target, not the Host field, decides the host: RFC 9112 section 3.2.2.
      const result = await forward(req, res, { ...connection, path, headers: { host: url.host } });
      const error = result.outcome === "failed" ? errorTypes[result.failure] : undefined;
      if (error !== undefined) fail(res, error, `${address}:${port} ${error.replaceAll("_", " ")}`);
    }
  }

  server.on("connect", (_req, socket) => {
    // The server has handed over the socket: it no longer handles its errors or closes it.
    socket.on("error", () => undefined);
    socket.resume();
    socket.end(
      `HTTP/1.1 501 Not Implemented\r\nproxy-status: ${name}; error=http_request_error; ` +
        `details="plain http only: no tunnels"\r\nconnection: close\r\n\r\n`,
      () => socket.destroy(),
    );
  });
  return server;
}

/** Authority, then path and query: RFC 9112 section 3.2.2. Rejects user information and anything URL parsers repair. */
const absoluteForm = /^http:\/\/([^/?#@\\]+)((?:[/?][^#\\]*)?)$/i;

/** Path and query unchanged, because a proxy must not rewrite them: RFC 9110 section 7.7. */
function pathOf(rest: string, method: string | undefined): string {
  if (rest === "" && method === "OPTIONS") return "*";
  return rest.startsWith("/") ? rest : `/${rest}`;
}
