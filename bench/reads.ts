/** What data-access's reads cost. */
import { temporaryFolder } from "../testing/folders";
import { bundle, startService } from "../testing/services";
import { fastApiVersion, startFastApi } from "./fastapi";
import { figure, inTurns, type Bench } from "./figures";
import { cpuTime, p99, startGenerator, throughput, type Measured } from "./generator";
import { startServer } from "./processes";

const rounds = 9;
const load = { request: "GET / HTTP/1.1\r\nHost: bench\r\n\r\n", connections: 32, milliseconds: 700 };

export const reads: Bench = {
  help: "data-access's reads, beside a bare node:http server that answers the same bytes, and beside FastAPI",

  run: async machine => {
    const generate = await startGenerator(machine);
    const environment = { STATE_DIRECTORY: temporaryFolder() };
    const command = [...machine.measured, machine.node];
    const service = startService("data-access", await bundle("data-access"), environment, command);
    const { read = "" } = await service.urls;
    const bare = await startServer(machine, "measured", "bare");
    const fastApi = await startFastApi(machine);

    const loading = (server: { pid: number }, port: number | undefined) => () =>
      generate(server, { ...load, port: Number(port) });
    const measures: Record<string, () => Promise<Measured>> = {
      ours: loading(service, Number(new URL(read).port)),
      bare: loading(bare, bare.ports["http"]),
    };
    if (fastApi) measures["fastApi"] = loading(fastApi, fastApi.port);
    await inTurns(2, measures); // until it is compiled
    const { ours = [], bare: plain = [], fastApi: byHand } = await inTurns(rounds, measures);

    const bareHttp = { name: "bare node:http", measured: plain };
    return [
      figure("data-access reads", throughput, ours, bareHttp, { atLeast: 0.85 }),
      figure("data-access reads", p99, ours, bareHttp, { atMost: 2 }),
      figure("data-access reads", cpuTime, ours, bareHttp),
      ...(byHand
        ? [
            figure(
              "data-access reads",
              throughput,
              ours,
              { name: `FastAPI ${fastApiVersion}`, measured: byHand },
              { atLeast: 6 },
            ),
          ]
        : []),
    ];
  },
};
