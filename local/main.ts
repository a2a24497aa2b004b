/** `npm start`: the local region from the command line. */
import { constants } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { preload } from "./api/dispatch";
import { realClock } from "./clock";
import { help, parseOptions, type Options } from "./cli/options";
import { acquireLock } from "./cli/lock";
import { readStack } from "./pulumi/stack";
import { startRegion, type RunningRegion } from "./start";
import { table } from "./cli/table";

const root = join(__dirname, "..");
const folder = join(root, ".local");

const started = performance.now();
const seconds = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
const print = (text: string) => {
  process.stdout.write(`${text}\n`);
};

async function main(options: Options): Promise<void> {
  if (options.help) {
    print(help);
    return;
  }
  const stack = readStack(root, options.stack, options.config);
  const releaseLock = await acquireLock(folder);
  print(`starting ${stack.project}/${stack.stack} in a local region; Ctrl-C stops it`);

  const state: { running?: RunningRegion } = {};
  let stopping = false;
  const starting = startRegion({
    ...options,
    root,
    stack,
    folder,
    clock: realClock(options.speed),
    report: event => {
      if (!stopping) print(`${seconds()}  ${event}`);
    },
  });
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    print(`\n${signal}: stopping the region`);
    // A start still in progress needs no close: its child processes end with this one.
    void Promise.resolve(state.running?.close())
      .then(releaseLock)
      .then(() => {
        print(`stopped; logs are in ${relative(process.cwd(), folder)}`);
        // An interrupted start is a failure; a non-zero exit also keeps the Pulumi SDK from reporting leaked promises.
        process.exit(state.running ? 0 : 128 + constants.signals[signal]);
      });
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);

  // When npm started it, it stops with npm, even if npm is killed.
  if (process.env["npm_lifecycle_event"] !== undefined) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) stop("SIGHUP");
    }, 1000).unref();
  }

  state.running = await starting;
  print(
    table(state.running.overview(), { stack, folder: relative(process.cwd(), folder), speed: options.speed }),
  );
  print(`ready after ${seconds().trim()}; Ctrl-C stops it`);
  await preload(state.running.region.services);
  await collectGarbage();
}

/**
 * Frees what evaluating the program and loading the clients left behind, which V8 would keep while the region idles. It
 * takes two rounds, each some time after the loading. No-op without Node's --expose-gc, which `npm start` passes.
 */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await delay(300, undefined, { ref: false });
    globalThis.gc?.();
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\nlocal region: ${message}\n`);
  process.exit(1);
}

// The reader has gone, as with `| head`, or the disk is full.
process.stdout.on("error", ({ message }) => fail(new Error(`standard output: ${message}`)));
process.stderr.on("error", () => undefined);

try {
  main(parseOptions(process.argv.slice(2))).catch(fail);
} catch (error) {
  fail(error);
}
