/**
 * What the local load balancer costs: requests per second through it, as a ratio to the same backend asked
 * directly, in turns in one run. Backend, load balancer and loader are a process each.
 * `npx tsx bench/load-balancer.ts [connections] [milliseconds per round]`
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import express from "express";
import { realClock } from "../local/clock";
import { LoadBalancer } from "../local/services/elbv2/load-balancer";
import { TargetGroup } from "../local/services/elbv2/target-group";

const rounds = 8;
const [connections = 32, roundMs = 400] = process.argv.slice(2).map(Number);

/** A service as ours are. */
function backend(): http.Server {
  const app = express();
  app.disable("etag");
  app.disable("x-powered-by");
  app.set("query parser", false);
  app.get("/", (_req, res) => {
    res.json(42);
  });
  app.get("/health", (_req, res) => {
    res.json({ status: "ok" });
  });
  return http.createServer({ keepAliveTimeout: 65_000 }, app);
}

async function loadBalancer(backendPort: number): Promise<http.Server> {
  const agent = new http.Agent({ keepAlive: true });
  const group = new TargetGroup(realClock(60), {
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
    dnsName: "bench.elb.localhost",
    nodes: [() => ({ outcome: "open", agent, host: "127.0.0.1", port: backendPort })],
  });
  balancer.addListener(80, group);
  group.register({ id: "i-1", address: "10.0.2.10", port: 8080 });
  await group.until(targets => targets.every(({ targetHealth }) => targetHealth.state === "healthy"));
  return http.createServer((req, res) => void balancer.handle(req, res, { address: "203.0.113.9" }));
}

/** Requests per second over kept-alive connections, each with one request under way. */
async function load(port: number): Promise<number> {
  const request = "GET / HTTP/1.1\r\nHost: bench.localhost\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n";
  const start = performance.now();
  let answers = 0;
  const connection = async () => {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    let received = "";
    socket.on("data", data => {
      received += data.toString("latin1");
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/^content-length: *(\d+)/im.exec(received)?.[1]);
      if (!received.startsWith("HTTP/1.1 200") || Number.isNaN(length))
        throw new Error(`answer: ${received}`);
      if (received.length < end + 4 + length) return;
      received = "";
      answers++;
      if (performance.now() - start < roundMs) socket.write(request);
      else socket.end();
    });
    socket.write(request);
    await once(socket, "close");
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return (answers / (performance.now() - start)) * 1000;
}

async function main(): Promise<void> {
  const children = [] as ReturnType<typeof fork>[];
  const start = async (role: string, port = 0): Promise<number> => {
    const child = fork(__filename, [String(connections), String(roundMs)], {
      env: { ...process.env, BENCH_ROLE: role, BENCH_PORT: String(port) },
    });
    children.push(child);
    const [listening] = (await once(child, "message")) as [number];
    return listening;
  };
  try {
    const direct = await start("backend");
    const balanced = await start("load-balancer", direct);
    await load(direct);
    await load(balanced);
    const ratios: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const perSecond = { direct: await load(direct), balanced: await load(balanced) };
      ratios.push(perSecond.balanced / perSecond.direct);
      console.log(
        `direct ${perSecond.direct.toFixed(0)}/s, through the load balancer ${perSecond.balanced.toFixed(0)}/s`,
      );
    }
    ratios.sort((a, b) => a - b);
    const median = ((ratios[rounds / 2 - 1] ?? 0) + (ratios[rounds / 2] ?? 0)) / 2;
    console.log(`ratio ${median.toFixed(2)} (Node ${process.version}, ${connections} connections)`);
  } finally {
    for (const child of children) child.disconnect();
  }
}

async function serve(server: http.Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.send?.((server.address() as AddressInfo).port);
  process.once("disconnect", () => process.exit());
}

if (process.env.BENCH_ROLE === "backend") void serve(backend());
else if (process.env.BENCH_ROLE === "load-balancer")
  void loadBalancer(Number(process.env.BENCH_PORT)).then(serve);
else void main();
