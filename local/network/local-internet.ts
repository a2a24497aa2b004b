/** The local Internet: the region's only way to the outside, on loopback. */
import http from "node:http";
import type { Dns } from "./dns";
import { forward, silence } from "./http/forward";
import { createProxy } from "./http/proxy";
import { createServer } from "./http/servers";
import type { Router } from "./router";

export interface InternetOptions {
  dns: Dns;
  /** The route of a request from outside AWS. */
  route: Router;
  /** What a GET of the proxy itself is answered. */
  welcome: () => string;
  /** Answers what is POSTed to the proxy itself: calls of the AWS API. */
  handleApiRequest: http.RequestListener;
}

/** An HTTP proxy to every name and public address of the region, as seen from outside AWS. */
export function createInternetProxy({ dns, route, welcome, handleApiRequest }: InternetOptions): http.Server {
  return createProxy({
    name: "local-internet",
    dns,
    route,
    ownHandler: (req, res) => {
      const respond = (status: number, body: string) => {
        res.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
      };
      if (!isOwnHost(req) || req.headers.origin !== undefined) {
        // A page of another site, or a name that somebody else made resolve to this machine.
        respond(403, "only this machine's own names are answered here\n");
      } else if (req.url !== "/") respond(404, "there is only / here\n");
      else if (req.method === "POST") handleApiRequest(req, res);
      else if (req.method !== "GET" && req.method !== "HEAD") respond(405, "GET, and POST of the AWS API\n");
      else respond(200, welcome());
    },
  });
}

function isOwnHost(req: http.IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(req.headers.host ?? "");
}

/** A load balancer on a loopback port of its own: for a browser, or a client that takes no proxy. */
export function createLocalPort(
  { dns, route }: Pick<InternetOptions, "dns" | "route">,
  dnsName: string,
): http.Server {
  return createServer((req, res) => {
    const address = dns.resolve(dnsName);
    if (address === undefined) {
      // The load balancer is gone, and its name with it.
      req.socket.destroy();
      return;
    }
    const connection = route({ address, port: 80 });
    if (connection.outcome === "dropped") void silence(req, res);
    else if (connection.outcome === "refused") req.socket.destroy();
    else {
      void forward(req, res, connection).then(sent => {
        if (sent.outcome === "failed") req.socket.destroy();
      });
    }
  });
}
