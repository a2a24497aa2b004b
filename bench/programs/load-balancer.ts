/** The local region's load balancer, with one target. */
import http from "node:http";
import { realClock } from "../../local/clock";
import { createListenerServer } from "../../local/services/elbv2/listener-server";
import { forwardTo, LoadBalancer } from "../../local/services/elbv2/load-balancer";
import { TargetGroup } from "../../local/services/elbv2/target-group";
import { loopback } from "../../testing/servers";
import { serve } from "./serve";

async function main(): Promise<void> {
  const agent = new http.Agent({ keepAlive: true });
  const group = new TargetGroup(realClock(60), {
    port: 8080,
    deregistrationDelaySeconds: 30,
    healthCheck: {
      path: "/health",
      port: "traffic-port",
      intervalSeconds: 10,
      timeoutSeconds: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: "200",
    },
  });
  const port = Number(process.env["BENCH_PORT"]);
  const balancer = new LoadBalancer({
    dnsName: "bench.elb.test",
    nodes: [() => ({ outcome: "open", agent, host: loopback, port })],
  });
  balancer.setListener(80, forwardTo(group));
  group.register({ id: "i-1", address: "10.0.2.10", port: 8080 });
  await group.until(targets => targets.every(({ targetHealth }) => targetHealth.state === "healthy"));
  const client = { address: "203.0.113.9" };
  await serve({ http: createListenerServer((req, res) => void balancer.handle(req, res, client)) });
}

void main();
