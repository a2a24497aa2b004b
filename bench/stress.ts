/**
 * What the stress service's load costs its callers, who ask about 100 times a second, one at a time: more would measure
 * their own queue. It and its load have one core, as on an instance with one vCPU.
 */
import { setTimeout as delay } from "node:timers/promises";
import { bundle, startService } from "../testing/services";
import { figure, inTurns, type Bench, type Target } from "./figures";
import { p99, startGenerator, type Measured } from "./generator";
import { startServer } from "./processes";

const rounds = 7;
/** Of a round. The load outlasts it, so that the whole round is under load. */
const seconds = 2;
const grace = 0.5;
/** Between requests, in ms. */
const pause = 10;
const get = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
const post = "POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n\r\n";

export const stress: Bench = {
  help: "the stress service's GET under load, beside itself at rest, and beside a bare server under the same load",

  run: async machine => {
    const generate = await startGenerator(machine);
    const command = [...machine.measured, machine.node];
    const environment = { STRESS_SECONDS: String(seconds + grace), STRESS_WORKERS: "1" };
    const service = startService("stress", await bundle("stress"), environment, command);
    const { http: url = "" } = await service.urls;
    const ours = { pid: service.pid, port: Number(new URL(url).port) };
    const bare = await startServer(machine, "measured", "busy-server", {
      BENCH_SECONDS: String(seconds + grace),
    });
    const floor = { pid: bare.pid, port: Number(bare.ports["http"]) };
    const asking = ({ pid, port }: typeof ours) =>
      generate({ pid }, { port, request: get, connections: 1, milliseconds: seconds * 1000, pause });
    const underLoad = (server: typeof ours) => async () => {
      const { pid, port } = server;
      await generate({ pid }, { port, request: post, connections: 1, milliseconds: 10_000, answers: 1 });
      await delay((grace / 2) * 1000); // while the worker starts
      const loaded = await asking(server);
      await delay(grace * 1000); // until the worker has ended
      return loaded;
    };
    const measures = {
      atRest: () => asking(ours),
      loaded: underLoad(ours),
      floor: underLoad(floor),
    };
    await inTurns(1, measures); // until it is compiled
    const measured = await inTurns(rounds, measures);
    const beside = (name: string, baseline: Measured[], target: Target) => ({
      ...figure("stress GET under load", p99, measured.loaded, { name, measured: baseline }, target),
      isAlternative: true, // it can't be served sooner than the scheduler lets it
    });
    return [
      beside("itself at rest", measured.atRest, { atMost: 2 }),
      beside("bare server, same load", measured.floor, { atMost: 1.2 }),
    ];
  },
};
