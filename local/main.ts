/** `npm start`: the local region from the command line. */
import { constants } from "node:os";
import { join, relative } from "node:path";
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
const say = (text: string) => {
  process.stdout.write(`${text}\n`);
};

async function main(options: Options): Promise<void> {
  if (options.help) {
    say(help);
    return;
  }
  const stack = readStack(root, options.stack, options.config);
  const leave = await acquireLock(folder);
  say(`starting ${stack.project}/${stack.stack} in a local region; Ctrl-C ends it`);

  const state: { running?: RunningRegion } = {};
  let ending = false;
  const starting = startRegion({
    ...options,
    root,
    stack,
    folder,
    clock: realClock(options.speed),
    report: event => {
      if (!ending) say(`${seconds()}  ${event}`);
    },
  });
  const end = (signal: NodeJS.Signals) => {
    if (ending) return;
    ending = true;
    say(`\n${signal}: ending every process of the region`);
    // A start that is under way is ended by the end of this process: its children go with it.
    void Promise.resolve(state.running?.close())
      .then(leave)
      .then(() => {
        say(`ended; logs are in ${relative(process.cwd(), folder)}`);
        // A start that was interrupted is no success; and told so, the Pulumi SDK reports no promise that it left.
        process.exit(state.running ? 0 : 128 + constants.signals[signal]);
      });
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  process.on("SIGHUP", end);

  // Started by npm it ends with npm, even where that is killed by force.
  if (process.env["npm_lifecycle_event"] !== undefined) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) end("SIGHUP");
    }, 1000).unref();
  }

  state.running = await starting;
  say(
    table(state.running.overview(), { stack, folder: relative(process.cwd(), folder), speed: options.speed }),
  );
  say(`ready after ${seconds().trim()}; Ctrl-C ends it`);
  await preload(state.running.region.services);
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\nlocal region: ${message}\n`);
  process.exit(1);
}

// Nobody reads it any more, as after `| head`, or its disk is full.
process.stdout.on("error", ({ message }) => {
  fail(new Error(`standard output: ${message}`));
});
process.stderr.on("error", () => undefined);

try {
  main(parseOptions(process.argv.slice(2))).catch(fail);
} catch (error) {
  fail(error);
}
