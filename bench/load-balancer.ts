/**
 * What the local load balancer costs: requests per second through it, as a ratio to the same backend asked directly,
 * alternating in one run. Backend, load balancer and load are a process each.
 * `npx tsx bench/load-balancer.ts [connections] [milliseconds per round]`
 */
import http from "node:http";
import { createApp } from "../apps/common/app";
import { createLog } from "../apps/common/log";
import { createServer } from "../apps/common/server";
import { realClock } from "../local/clock";
import { forwardTo, LoadBalancer } from "../local/services/elbv2/load-balancer";
import { TargetGroup } from "../local/services/elbv2/target-group";
import { cleanUp } from "../testing/clean-up";
import { saturate } from "../testing/load";
import { medianRatio, serve, startServer } from "./servers";

const rounds = 8;
const [connections = 32, milliseconds = 400] = process.argv.slice(2).map(Number);

const backend = () =>
  createServer(createApp(createLog("error"), { "/": { get: (_req, res) => void res.json(42) } })).server;

async function loadBalancer(backendPort: number): Promise<http.Server> {
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
  const balancer = new LoadBalancer({
    dnsName: "bench.elb.test",
    nodes: [() => ({ outcome: "open", agent, host: "127.0.0.1", port: backendPort })],
  });
  balancer.setListener(80, forwardTo(group));
  group.register({ id: "i-1", address: "10.0.2.10", port: 8080 });
  await group.until(targets => targets.every(({ targetHealth }) => targetHealth.state === "healthy"));
  return http.createServer((req, res) => void balancer.handle(req, res, { address: "203.0.113.9" }));
}

const request = "GET / HTTP/1.1\r\nHost: bench.test\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n";
const load = (port: number) => saturate(port, request, { connections, milliseconds });

async function main(): Promise<void> {
  try {
    const direct = await startServer(__filename, { BENCH_ROLE: "backend" });
    const balanced = await startServer(__filename, {
      BENCH_ROLE: "load-balancer",
      BENCH_PORT: String(direct),
    });
    await load(direct);
    await load(balanced);
    const ratio = await medianRatio(rounds, async () => {
      const perSecond = { direct: await load(direct), balanced: await load(balanced) };
      console.log(
        `direct ${perSecond.direct.toFixed(0)}/s, through the load balancer ${perSecond.balanced.toFixed(0)}/s`,
      );
      return perSecond.balanced / perSecond.direct;
    });
    console.log(`ratio ${ratio} (Node ${process.version}, ${connections} connections)`);
  } finally {
    await cleanUp();
  }
}

const { BENCH_ROLE, BENCH_PORT } = process.env;
if (BENCH_ROLE === "backend") void serve(backend());
else if (BENCH_ROLE === "load-balancer") void loadBalancer(Number(BENCH_PORT)).then(serve);
else void main();
