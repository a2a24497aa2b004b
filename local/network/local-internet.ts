/** The local Internet: the region's only door to the outside, on loopback. */
import http from "node:http";
import { forward, silence } from "./http/forward";
import { createProxy } from "./http/proxy";
import type { Region } from "../region";
import { createServer } from "./http/servers";

/**
 * An HTTP proxy to every name and public address of the region, as seen from outside AWS.
 * @param welcome what a request to the door itself is answered
 */
export function createInternetProxy(region: Region, welcome: () => string): http.Server {
  return createProxy({
    name: "local-internet",
    dns: region.dns,
    route: region.virtualNetwork.routerFrom({ internetAddress: region.operatorAddress }),
    ownHandler: (req, res) => {
      const respond = (status: number, body: string) => {
        res.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
      };
      if (!isOwnHost(req) || req.headers.origin !== undefined) {
        // A page of another site, or a name that somebody else made resolve to this machine.
        respond(403, "only this machine's own names are answered here\n");
      } else if (req.url !== "/") respond(404, "there is only / here\n");
      else if (req.method === "POST") void region.handleApiRequest(req, res);
      else if (req.method !== "GET" && req.method !== "HEAD") respond(405, "GET, and POST of the AWS API\n");
      else respond(200, welcome());
    },
  });
}

function isOwnHost(req: http.IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(req.headers.host ?? "");
}

/** A load balancer on a loopback port of its own: for a browser, or a client that takes no proxy. */
export function createLocalPort(region: Region, dnsName: string): http.Server {
  const reach = region.virtualNetwork.routerFrom({ internetAddress: region.operatorAddress });
  return createServer((req, res) => {
    const address = region.dns.resolve(dnsName);
    if (address === undefined) {
      // The load balancer is gone, and its name with it.
      req.socket.destroy();
      return;
    }
    const way = reach({ address, port: 80 });
    if (way.outcome === "dropped") void silence(req, res);
    else if (way.outcome === "refused") req.socket.destroy();
    else {
      void forward(req, res, way).then(sent => {
        if (sent.outcome === "failed") req.socket.destroy();
      });
    }
  });
}
