/**
 * What the stress service's load costs its callers, who ask about 100 times a second, one at a time: more would measure
 * their own queue. It and its load have one core, as on an instance with one vCPU.
 */
import { once } from "node:events";
import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { loopback } from "../testing/servers";
import { bundle, startService } from "../testing/services";
import { figure, inTurns, type Bench, type Metric, type Target } from "./figures";
import { startServer } from "./processes";
import { quantile } from "./saturate";

const rounds = 7;
/** Of a round. The load outlasts it, so that the whole round is under load. */
const seconds = 2;
const grace = 0.5;
/** Between requests, in ms. */
const pause = 10;

const p99: Metric<number> = { unit: "ms, p99", of: milliseconds => milliseconds };

export const stress: Bench = {
  help: "the stress service's GET under load, beside itself at rest, and beside a bare server under the same load",

  run: async machine => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const command = [...machine.measured, machine.node];
    const environment = { STRESS_SECONDS: String(seconds + grace), STRESS_WORKERS: "1" };
    const service = startService("stress", await bundle("stress"), environment, command);
    const { http: url = "" } = await service.urls;
    const busy = await startServer(machine, "measured", "busy-server", {
      BENCH_SECONDS: String(seconds + grace),
    });
    const bareUrl = `http://${loopback}:${busy.ports["http"]}`;
    const underLoad = (of: string) => async () => {
      await ask(of, "POST", agent);
      await delay((grace / 2) * 1000); // while the worker starts
      const loaded = await percentile99(of, agent);
      await delay(grace * 1000); // until the worker has ended
      return loaded;
    };
    const measures = {
      atRest: () => percentile99(url, agent),
      loaded: underLoad(url),
      floor: underLoad(bareUrl),
    };
    await inTurns(1, measures); // until it is compiled
    const { atRest, loaded, floor } = await inTurns(rounds, measures);
    agent.destroy();
    const beside = (name: string, measured: number[], target: Target) => ({
      ...figure("stress GET under load", p99, loaded, { name, measured }, target),
      isAlternative: true, // it can't be served sooner than the scheduler lets it
    });
    return [
      beside("itself at rest", atRest, { atMost: 2 }),
      beside("bare server, same load", floor, { atMost: 1.2 }),
    ];
  },
};

/** Milliseconds until the answer is complete. */
async function ask(url: string, method: string, agent: http.Agent): Promise<number> {
  const begin = performance.now();
  const request = http.request(url, { method, agent }).end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  await once(response.resume(), "end");
  if (response.statusCode !== 200) throw new Error(`${method} was answered with ${response.statusCode ?? 0}`);
  return performance.now() - begin;
}

async function percentile99(url: string, agent: http.Agent): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    times.push(await ask(url, "GET", agent));
    await delay(pause);
  }
  return quantile(
    times.toSorted((a, b) => a - b),
    0.99,
  );
}
