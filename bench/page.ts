/** What the live page costs the data path: requests through the local Internet and a load balancer. */
import { once } from "node:events";
import http from "node:http";
import { answerTo } from "../testing/client";
import { loopback } from "../testing/servers";
import { figure, inTurns, type Bench } from "./figures";
import { cpuTime, startGenerator, throughput } from "./generator";
import { startServer } from "./processes";

const rounds = 21;
const listeners = 10;

export const page: Bench = {
  help: "requests through a region with ten live pages open, beside none open",

  run: async machine => {
    const generate = await startGenerator(machine);
    const target = await startServer(machine, "beside", "bare");
    const region = await startServer(machine, "measured", "region", {
      BENCH_PORT: String(target.ports["http"]),
    });
    const port = region.ports["http"] ?? 0;
    const url = `http://${loopback}:${port}`;
    const { text: name } = await answerTo(url);
    const request = `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n`;
    const load = () => generate(region, { port, request, connections: 32, milliseconds: 500 });
    const measures = {
      watched: async () => {
        const pages = await open(url);
        const served = await load();
        for (const page of pages) page.destroy();
        return served;
      },
      alone: load,
    };
    await inTurns(2, measures); // until it is compiled
    const { watched, alone } = await inTurns(rounds, measures);
    const baseline = { name: "no page open", measured: alone };
    return [
      figure("region with ten pages open", throughput, watched, baseline),
      figure("region with ten pages open", cpuTime, watched, baseline),
    ];
  },
};

/** Resolves once they have their snapshots. */
async function open(url: string): Promise<http.IncomingMessage[]> {
  return Promise.all(
    Array.from({ length: listeners }, async () => {
      const request = http.get(`${url}/events`, { agent: false });
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      await once(response, "data");
      return response.on("data", () => undefined).on("error", () => undefined);
    }),
  );
}
