/**
 * A local region under generated calls of AWS's API. They are made in a thread of their own. On a busy machine, a stall
 * may be the machine's.
 */
import { once } from "node:events";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { preload } from "../../local/api/dispatch";
import { realClock } from "../../local/clock";
import { Region } from "../../local/region";
import { startEmptyRegion, type EmptyRegion } from "../../local/start";
import { emptyAccount } from "../../testing/empty-account";
import { skippingClock } from "../../testing/skipping-clock";
import { temporaryFolder } from "../../testing/folders";
import { generatedTraffic, type Batch, type Traffic } from "../../testing/generated-traffic";
import { remainsOf, type Remains } from "../../testing/remains";
import type { Suite } from "./suite";

const name = "us-east-1";
const speed = 60;
const hour = 3_600_000;
/** In ms. */
const longestStall = 150;
/** In ms; the monitor counts its own timer's interval as delay. */
const resolution = 10;
const progressEvery = 1000;

type Fail = Parameters<Suite["run"]>[2];

export const callsSuite: Suite = {
  numbers: "[calls]",
  help: `  Generated calls of AWS's API, changes included, four at a time, by default 20,000. It proves that
  - each is answered in time, by a success or by an error in AWS's shape with a 4xx status;
  - the region's event loop never stalls for longer than ${longestStall} ms;
  - when everything is deleted, the region is as an emptied fresh one: what its API answers, its files,
    processes, listeners and timers.
`,
  run,
};

async function start(fail: Fail): Promise<EmptyRegion & { clock: ReturnType<typeof skippingClock> }> {
  const clock = skippingClock(realClock(speed));
  const running = await startEmptyRegion({
    name,
    folder: join(temporaryFolder(), ".local"),
    clock,
    operatorAddress: "198.51.100.10",
    port: 0,
    sshPort: 0,
    report: event => {
      if (event.includes("an API call failed unexpectedly")) fail(event);
    },
  });
  return { ...running, clock };
}

/** Deletes everything. @returns what is there nevertheless */
async function emptied({ region, clock }: Awaited<ReturnType<typeof start>>): Promise<Remains> {
  await emptyAccount(region.calls);
  clock.skip(2 * hour); // terminated instances stay visible for one
  await delay(1000); // closed connections and ended processes take a moment to be gone
  return remainsOf(region);
}

async function remainsOfFreshRegion(fail: Fail): Promise<Remains> {
  const fresh = await start(fail);
  await preload(fresh.region.services);
  const remains = await emptied(fresh);
  await fresh.close();
  return remains;
}

async function run(seed: number, [calls = 20_000]: number[], fail: Fail): Promise<string> {
  const fresh = await remainsOfFreshRegion(fail);
  const running = await start(fail);
  const { region, internetUrl } = running;
  await preload(region.services);

  const succeeded = new Map<string, number>();
  const stalls = monitorEventLoopDelay({ resolution });
  const worker = new Worker(__filename, {
    workerData: { endpoint: internetUrl, seed, calls } satisfies Omit<Traffic, "services">,
    execArgv: ["--require", "tsx/cjs"],
  });
  let done = 0;
  let longest = 0;
  worker.on("message", (batch: Batch | "ready") => {
    if (batch === "ready") {
      stalls.enable();
      return;
    }
    const stall = stalls.max / 1e6 - resolution;
    stalls.reset();
    longest = Math.max(longest, stall);
    if (stall > longestStall)
      fail(`the event loop stalled for ${stall.toFixed(0)} ms during\n  ${batch.calls.join("\n  ")}`);
    batch.failures.forEach(fail);
    for (const success of batch.successes) succeeded.set(success, (succeeded.get(success) ?? 0) + 1);
    const before = done;
    done += batch.calls.length;
    if (Math.floor(before / progressEvery) < Math.floor(done / progressEvery))
      console.log(`${done} calls, longest stall ${longest.toFixed(0)} ms`);
  });
  await once(worker, "exit");
  stalls.disable();

  const left = await emptied(running);
  for (const key of Object.keys(fresh) as (keyof Remains)[]) compare(key, fresh[key], left[key], fail);
  await running.close();

  const actions = region.services.flatMap(({ scope, actions: table }) =>
    Object.keys(table).map(action => `${scope}:${action}`),
  );
  const never = actions.filter(action => !succeeded.has(action));
  if (never.length > 0) console.log(`never successful: ${never.join(", ")}`);
  const successes = [...succeeded.values()].reduce((sum, count) => sum + count, 0);
  return (
    `${done} calls, ${successes} successful, by ${succeeded.size} of ${actions.length} actions; ` +
    `longest stall ${longest.toFixed(0)} ms`
  );
}

function compare(what: string, expected: object, actual: object, fail: Fail): void {
  if (isDeepStrictEqual(expected, actual)) return;
  const before: Record<string, unknown> = { ...expected };
  const after: Record<string, unknown> = { ...actual };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
    if (!isDeepStrictEqual(before[key], after[key]))
      fail(
        `after everything was deleted, ${what} ${key} is ${JSON.stringify(after[key])}, in a fresh region ${JSON.stringify(before[key])}`,
      );
}

async function makeCalls(traffic: Omit<Traffic, "services">): Promise<void> {
  // Never opened: it only holds the tables of actions.
  const { services } = new Region({ name, folder: "", clock: realClock(speed), report: () => undefined });
  await preload(services);
  parentPort?.postMessage("ready");
  for await (const batch of generatedTraffic({ ...traffic, services })) parentPort?.postMessage(batch);
}

if (!isMainThread) void makeCalls(workerData as Omit<Traffic, "services">);
