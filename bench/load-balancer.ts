/** What the local load balancer costs. */
import { figure, inTurns, type Bench } from "./figures";
import { cpuTime, p99, startGenerator, throughput } from "./generator";
import { startServer, type Server } from "./processes";

const rounds = 9;
const load = {
  request: "GET / HTTP/1.1\r\nHost: bench.test\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n",
  connections: 32,
  milliseconds: 700,
};

export const loadBalancer: Bench = {
  help: "requests to a load balancer of a local region, beside a minimal keep-alive proxy of node:http to the same target",

  run: async machine => {
    const generate = await startGenerator(machine);
    const target = await startServer(machine, "beside", "bare");
    const environment = { BENCH_PORT: String(target.ports["http"]) };
    const region = await startServer(machine, "measured", "region", environment);
    const proxy = await startServer(machine, "measured", "proxy", environment);
    const loading = (server: Server, socket: string) => () =>
      generate(server, { ...load, port: Number(server.ports[socket]) });
    const measures = { ours: loading(region, "listener"), proxy: loading(proxy, "http") };
    await inTurns(8, measures); // until it is compiled, which takes a region some seconds
    const { ours, ...measured } = await inTurns(rounds, measures);
    const baseline = { name: "minimal node:http proxy", measured: measured.proxy };
    return [
      figure("load balancer", throughput, ours, baseline, { atLeast: 1 }),
      figure("load balancer", p99, ours, baseline, { atMost: 2 }),
      figure("load balancer", cpuTime, ours, baseline),
    ];
  },
};
