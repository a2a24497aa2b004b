/**
 * What the stress service's load costs its callers: the 99th percentile of GET / while every vCPU is busy, as a ratio
 * to the same process at rest, alternating. It runs the bundle, as a host does. We promise less than 50 ms under
 * load.
 * `npx tsx bench/stress.ts [seconds per round]`
 */
import { once } from "node:events";
import http from "node:http";
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { bundle, startService } from "../testing/services";
import { medianRatio } from "./servers";
import { cleanUp } from "../testing/clean-up";

const [seconds = 3] = process.argv.slice(2).map(Number);
const rounds = 3;
/** Between requests, in ms: about 100 a second, one at a time, as more would measure their own queue. */
const pause = 10;

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds until the answer is complete. */
async function ask(url: string, method: string): Promise<number> {
  const begin = performance.now();
  const [response] = (await once(http.request(url, { method, agent }).end(), "response")) as [
    http.IncomingMessage,
  ];
  await once(response.resume(), "end");
  if (response.statusCode !== 200) throw new Error(`${method} was answered with ${response.statusCode ?? 0}`);
  return performance.now() - begin;
}

async function percentile99(url: string): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    times.push(await ask(url, "GET"));
    await delay(pause);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
}

async function main(): Promise<void> {
  try {
    // The load outlasts its round, so that the whole round is under load.
    const grace = 0.5;
    const { http: url = "" } = await startService("stress", bundle("stress"), {
      STRESS_SECONDS: String(seconds + grace),
    }).urls;
    const ratio = await medianRatio(rounds, async () => {
      const idle = await percentile99(url);
      await ask(url, "POST");
      await delay((grace / 2) * 1000); // while the workers start
      const loaded = await percentile99(url);
      await delay(grace * 1000);
      console.log(`GET p99: ${idle.toFixed(2)} ms at rest, ${loaded.toFixed(2)} ms under load`);
      return loaded / idle;
    });
    console.log(`ratio ${ratio} (Node ${process.version}, ${availableParallelism()} vCPUs)`);
  } finally {
    agent.destroy();
    await cleanUp();
  }
}

void main();
