/** How fast the packet rules decide. */
import { nextMessage, startProgram, startServer } from "./processes";
import { figure, inTurns, type Bench, type Metric } from "./figures";
import { startGenerator } from "./generator";

const rounds = 9;
const load = { request: "GET / HTTP/1.1\r\nHost: bench\r\n\r\n", connections: 32, milliseconds: 700 };

const perSecond: Metric<number> = { unit: "per second", of: number => number };

export const packets: Bench = {
  help: "the packet rules' decisions on generated connections, beside the requests that a bare node:http server answers",

  run: async machine => {
    const rules = await startProgram(machine, "measured", "packets", {
      BENCH_MILLISECONDS: String(load.milliseconds),
    });
    await nextMessage(rules);
    const bare = await startServer(machine, "measured", "bare");
    const generate = await startGenerator(machine);
    const measures = {
      decisions: async () => {
        rules.send("decide");
        return nextMessage<number>(rules);
      },
      requests: async () => (await generate(bare, { ...load, port: bare.ports["http"] ?? 0 })).perSecond,
    };
    await inTurns(2, measures); // until it is compiled
    const { decisions, requests } = await inTurns(rounds, measures);
    const baseline = { name: "requests of a bare node:http", measured: requests };
    return [figure("decisions of the packet rules", perSecond, decisions, baseline)];
  },
};
