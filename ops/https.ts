/** HTTPS connections, also through a proxy's tunnel. */
import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import type { Duplex } from "node:stream";

/** As http.request takes it. */
type CreateConnection = (
  options: unknown,
  onOpen: (error: Error | null, socket: Duplex) => void,
) => undefined;

/**
 * Makes connections to an HTTPS URL. It is checked who signed the certificate (NODE_EXTRA_CA_CERTS adds an authority), and
 * not whom it names: that is a domain, and never the load balancer's own name or address, which are asked here.
 */
export function secureConnections(url: string, signal: AbortSignal, proxy?: string): CreateConnection {
  const { hostname: host, port: digits } = new URL(url);
  const port = Number(digits || 443);
  const identity = { servername: net.isIP(host) === 0 ? host : "", checkServerIdentity: () => undefined };
  return (_options, onOpen) => {
    const failed = (error: Error) => onOpen(error, new net.Socket());
    if (proxy === undefined) {
      onOpen(null, tls.connect({ host, port, ...identity }));
      return;
    }
    const path = `${host}:${port}`;
    http
      .request(proxy, { method: "CONNECT", path, headers: { host: path }, agent: false, signal })
      .on("error", failed)
      .on("connect", (response, socket) => {
        if (response.statusCode === 200) {
          onOpen(null, tls.connect({ socket, ...identity }));
          return;
        }
        socket.destroy();
        failed(isRefusal(response) ? new RefusedByProxy() : new Error(`CONNECT: ${response.statusCode}`));
      })
      .end();
  };
}

/** Whether a proxy says that it found a closed port: RFC 9209, section 2.3. */
export function isRefusal({ headers }: http.IncomingMessage): boolean {
  return /;\s*error=connection_refused\b/.test(String(headers["proxy-status"]));
}

export class RefusedByProxy extends Error {}
