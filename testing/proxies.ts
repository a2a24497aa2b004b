/** Proxies into a region of one address. */
import { Dns } from "../local/network/dns";
import { createProxy, type ProxyOptions } from "../local/network/http/proxy";
import type { Address, Router } from "../local/network/router";
import { keepAliveAgent, listen, loopback } from "./servers";

/** A proxy into a region with one address, 203.0.113.10, named lb.test. */
export async function proxy(route: Router, options: Partial<ProxyOptions> = {}) {
  const dns = new Dns();
  dns.set("lb.test", ["203.0.113.10"]);
  const routed: Address[] = [];
  const server = createProxy({
    name: "local-internet",
    dns,
    route: to => {
      routed.push(to);
      return route(to);
    },
    ...options,
  });
  return { ...(await listen(server)), routed };
}

/** Routes every connection to a loopback port. */
export function openTo(port: number): Router {
  const agent = keepAliveAgent();
  return () => ({ outcome: "open", agent, host: loopback, port });
}

export const refuse: Router = () => ({ outcome: "refused" });
