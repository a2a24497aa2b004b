/**
 * An HTTP proxy into the region, for requests in absolute form (RFC 9110 section 7.7) and for tunnels (section 9.3.6).
 * Connections that AWS would drop get no response; every other failure is a 502 whose Proxy-Status (RFC 9209) names the
 * cause. Addressed by its own name, the proxy is a server.
 */
import http from "node:http";
import type net from "node:net";
import type { Dns } from "../dns";
import { forward, silence, type Failure } from "./forward";
import { closeWithText } from "./malformed";
import type { Address, Router } from "../router";
import { createServer, loopbackHosts } from "./servers";
import { openTunnel } from "./tunnel";

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
  /** Routes connections into the region. */
  route: Router;
  /** Handles requests addressed to the proxy itself; by default they get a 400. */
  ownHandler?: http.RequestListener;
}

export function createProxy({ name, dns, route, ownHandler = isProxy }: ProxyOptions): http.Server {
  const server = createServer((req, res) => {
    handle(req, res).catch((thrown: unknown) => {
      if (res.headersSent || res.destroyed) return;
      const error = ProxyError.from(thrown);
      res.writeHead(error.status, {
        "content-type": "text/plain; charset=utf-8",
        "proxy-status": error.proxyStatus(name),
      });
      res.end(`${error.message}\n`);
    });
  });

  // Node hands over the socket: it no longer handles its errors, and doesn't close it.
  server.on("connect", ({ url = "", socket }, _socket, head) => {
    socket.on("error", () => undefined);
    if (head.length > 0) socket.unshift(head);
    connect(url, socket).catch((thrown: unknown) => {
      const error = ProxyError.from(thrown);
      closeWithText(socket, error.status, error.message, [`proxy-status: ${error.proxyStatus(name)}`]);
    });
  });

  async function handle(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
    if (req.url?.startsWith("/")) {
      ownHandler(req, res);
      return;
    }
    const [, authority = "", rest = ""] = absoluteForm.exec(req.url ?? "") ?? [];
    const url = parsed(authority);
    if (!url) throw new ProxyError("http_request_error", `only http URLs can be forwarded, not ${req.url}`);
    const path = pathOf(rest, req.method);
    if (isOwn(url, req.socket)) {
      req.url = path;
      ownHandler(req, res);
      return;
    }
    const to = resolve(url);
    const connection = route(to);
    if (connection.outcome === "dropped") await silence(req, res);
    else if (connection.outcome === "refused") throw refusal(to);
    else {
      // The request target, not the Host field, decides the host: RFC 9112 section 3.2.2.
      const result = await forward(req, res, { ...connection, path, headers: { host: url.host } });
      const error = result.outcome === "failed" ? errorTypes[result.failure] : undefined;
      if (error !== undefined) throw failure(to, error);
    }
  }

  async function connect(target: string, client: net.Socket): Promise<void> {
    const url = authorityForm.test(target) ? parsed(target) : undefined;
    if (!url) throw new ProxyError("http_request_error", `CONNECT takes HOST:PORT, not ${target}`, 400);
    const accept = () => void client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (isOwn(url, client)) {
      accept();
      server.emit("connection", client);
      return;
    }
    const to = resolve(url);
    const connection = route(to);
    // A socket that isn't read doesn't notice that its peer is gone.
    if (connection.outcome === "dropped") client.resume();
    else if (connection.outcome === "refused") throw refusal(to);
    else {
      await openTunnel(client, connection, accept).catch((error: unknown) => {
        const isRefused = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
        throw failure(to, isRefused ? "connection_refused" : "connection_terminated");
      });
    }
  }

  function resolve({ hostname, port }: URL): Address {
    const address = dns.resolve(hostname);
    if (address !== undefined) return { address, port: port === "" ? 80 : Number(port) };
    throw new ProxyError(
      "dns_error",
      `${hostname} is not a name in this region; names outside it are not resolved`,
    );
  }

  return server;
}

const isProxy: http.RequestListener = (_req, res) => {
  res.writeHead(400, { "content-type": "text/plain" }).end("this is an HTTP proxy\n");
};

const isOwn = ({ host }: URL, { localPort }: net.Socket) => loopbackHosts(localPort).includes(host);

const failure = ({ address, port }: Address, type: string) =>
  new ProxyError(type, `${address}:${port} ${type.replaceAll("_", " ")}`);

const refusal = ({ address, port }: Address) =>
  new ProxyError("connection_refused", `nothing listens on ${address}:${port}`);

class ProxyError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 502,
  ) {
    super(message);
  }

  static from(thrown: unknown): ProxyError {
    return thrown instanceof ProxyError
      ? thrown
      : new ProxyError("proxy_internal_error", (thrown as Error).message);
  }

  /** @param proxy its name */
  proxyStatus(proxy: string): string {
    // Strings in structured fields are limited to printable ASCII: RFC 9651 section 3.3.3.
    const details = JSON.stringify(this.message.replaceAll(/[^ -~]/g, "?"));
    return `${proxy}; error=${this.type}; details=${details}`;
  }
}

/** Authority, then path and query: RFC 9112 section 3.2.2. */
const absoluteForm = /^http:\/\/([^/?#]+)((?:[/?][^#\\]*)?)$/i;

/** With a port, and that not 0: RFC 9112 section 3.2.3, RFC 9110 section 9.3.6. */
const authorityForm = /:0*[1-9]\d*$/;

/** Rejects user information and anything URL parsers repair. */
function parsed(authority: string): URL | undefined {
  const url = `http://${authority}`;
  return /[/?#@\\]/.test(authority) || !URL.canParse(url) ? undefined : new URL(url);
}

/** Path and query unchanged, because a proxy must not rewrite them: RFC 9110 section 7.7. */
function pathOf(rest: string, method: string | undefined): string {
  if (rest === "" && method === "OPTIONS") return "*";
  return rest.startsWith("/") ? rest : `/${rest}`;
}
