/** What the receiver's GET costs, which asks data-access and the instance metadata service. */
import { loopback } from "../testing/servers";
import { bundle, startService } from "../testing/services";
import { figure, inTurns, type Bench } from "./figures";
import { cpuTime, p99, startGenerator, throughput } from "./generator";
import { startServer, type Server } from "./processes";

const rounds = 9;
const load = { request: "GET / HTTP/1.1\r\nHost: bench\r\n\r\n", connections: 32, milliseconds: 700 };

const portOf = ({ ports }: Server) => ports["http"] ?? 0;
const urlOf = (server: Server) => `http://${loopback}:${portOf(server)}`;

export const receiver: Bench = {
  help: "the receiver's GET, beside a minimal keep-alive proxy of node:http to the same data service",

  run: async machine => {
    const generate = await startGenerator(machine);
    const data = await startServer(machine, "beside", "bare");
    const metadata = await startServer(machine, "beside", "metadata");
    const service = startService(
      "receiver",
      await bundle("receiver"),
      {
        DATA_READ_URL: urlOf(data),
        DATA_UPDATE_URL: urlOf(data),
        NETWORK_ACL_ID: "acl-0123",
        AWS_REGION: "us-east-1",
        AWS_EC2_METADATA_SERVICE_ENDPOINT: urlOf(metadata),
      },
      [...machine.measured, machine.node],
    );
    const { http = "" } = await service.urls;
    const proxy = await startServer(machine, "measured", "proxy", { BENCH_PORT: String(portOf(data)) });
    const measures = {
      ours: () => generate(service, { ...load, port: Number(new URL(http).port) }),
      proxy: () => generate(proxy, { ...load, port: portOf(proxy) }),
    };
    await inTurns(2, measures); // until it is compiled
    const { ours, ...measured } = await inTurns(rounds, measures);
    const baseline = { name: "minimal node:http proxy", measured: measured.proxy };
    return [
      figure("receiver GET", throughput, ours, baseline, { atLeast: 0.6 }),
      figure("receiver GET", p99, ours, baseline),
      figure("receiver GET", cpuTime, ours, baseline),
    ];
  },
};
