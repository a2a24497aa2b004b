/** The local Internet: how loopback clients reach the region. */
import http from "node:http";
import { TLSSocket } from "node:tls";
import { passThrough } from "./http/forward";
import { createProxy, type ProxyOptions } from "./http/proxy";
import { createServer, loopbackHosts } from "./http/servers";
import { isForeign } from "./http/origin";
import { TlsAgent, type CurrentTls } from "./http/tls";

/** `route` routes requests from outside AWS. */
export interface InternetOptions extends Pick<ProxyOptions, "dns" | "route"> {
  /** The body returned for a GET of the proxy itself. */
  welcome: () => string;
  /** Handles AWS API calls to the proxy itself. */
  handleApiRequest: http.RequestListener;
  /** Handles what a web page of the region's own asks the proxy itself; returns false for anything else. */
  handlePageRequest?: (req: http.IncomingMessage, res: http.ServerResponse) => boolean;
}

/** An HTTP proxy that reaches the region's names and public addresses as a client outside AWS does. */
export function createInternetProxy({
  welcome,
  handleApiRequest,
  handlePageRequest = () => false,
  ...inside
}: InternetOptions): http.Server {
  return createProxy({
    name: "local-internet",
    ...inside,
    ownHandler: (req, res) => {
      const respond = (status: number, body: string) => {
        res.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
      };
      const refuse = () => respond(403, "only this machine's own names are answered here\n");
      // Someone else's name that resolves to this machine (DNS rebinding).
      if (!isOwnHost(req)) refuse();
      else if (!isSigned(req) && handlePageRequest(req, res)) return;
      // A page from another site.
      else if (req.headers.origin !== undefined) refuse();
      else if (isApiRequest(req)) handleApiRequest(req, res);
      else if (req.url !== "/") respond(404, "there is only / here\n");
      else if (req.method !== "GET" && req.method !== "HEAD") respond(405, "GET, and POST of the AWS API\n");
      else respond(200, welcome());
    },
  });
}

/** With any port: one that is forwarded to ours is another. */
function isOwnHost({ headers: { host } }: http.IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1):\d+$/.test(host ?? "");
}

/** Signed requests, and those that should be. */
function isApiRequest(req: http.IncomingMessage): boolean {
  return isSigned(req) || req.method === "POST" || /^\/\?(.*&)?Action=/.test(req.url ?? "");
}

function isSigned({ url = "", headers }: http.IncomingMessage): boolean {
  return headers.authorization !== undefined || /[?&]X-Amz-Signature=/.test(url);
}

/**
 * Exposes a load balancer's listener on its own loopback port, for browsers and other clients without a proxy.
 * @param tls the listener's: this port ends TLS as it does, to see whom it answers, and begins it anew
 */
export function createLocalPort(
  { dns, route }: Pick<InternetOptions, "dns" | "route">,
  dnsName: string,
  port: number,
  tls?: CurrentTls,
): http.Server {
  return createServer(
    (req, res) => {
      const { socket } = req;
      const { localPort } = socket;
      const scheme = socket instanceof TLSSocket ? "https" : "http";
      if (isForeign(req, [...loopbackHosts(localPort), dnsName, `${dnsName}:${localPort}`], scheme)) {
        res.writeHead(403, { "content-type": "text/plain; charset=utf-8" });
        res.end(`only ${scheme}://localhost:${localPort}/ is answered here, and no page of another site\n`);
        return;
      }
      const address = dns.resolve(dnsName);
      // Without an address, the load balancer was deleted.
      const connection = address === undefined ? { outcome: "refused" as const } : route({ address, port });
      void passThrough(
        req,
        res,
        connection.outcome === "open" && socket instanceof TLSSocket
          ? { ...connection, agent: new TlsAgent(connection.agent, dnsName) }
          : connection,
      );
    },
    { tls },
  );
}
