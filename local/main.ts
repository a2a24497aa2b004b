/** `npm start` and `npm run region`: the local region from the command line. */
import "../infra/lazy-modules"; // before the SDKs
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cacheFolder } from "../apps/shipping/cache";
import { runtime } from "../apps/shipping/runtime";
import { preload } from "./api/dispatch";
import { realClock } from "./clock";
import { readCertificate } from "./cli/certificate-files";
import { help, parseOptions, type CommandName, type Options } from "./cli/options";
import { acquireLock } from "./cli/lock";
import { bastionUser } from "./hosts/ssh/client-files";
import { machineProblems, type Space } from "./cli/machine";
import { attempt, errorOf } from "./cli/problems";
import { unknownKeys } from "./pulumi/config-keys";
import { writeLocalStack } from "./pulumi/local-stack";
import { fullKey, readProject, readStack } from "./pulumi/stack";
import { certificateKey, run } from "./program";
import { startEmptyRegion, startRegion, type EmptyRegion } from "./start";
import { emptyRegionSummary, table } from "./cli/table";
import { widthOf, wrap } from "./cli/wrap";
import { watchFolders } from "./watch/changes";
import { redeployer } from "./watch/redeploy";

const root = join(__dirname, "..");
const folder = join(root, ".local");
const shownFolder = relative(process.cwd(), folder);

const started = performance.now();
const seconds = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
const print = (text: string) => {
  process.stdout.write(`${wrap(text, widthOf(process.stdout))}\n`);
};

async function main(command: CommandName, options: Options): Promise<void> {
  if (options.help) {
    print(help[command]);
    return;
  }
  const state: { running?: EmptyRegion } = {};
  let stopping = false;
  const report = (event: string) => {
    if (!stopping) print(`${seconds()}  ${event}`);
  };
  const { start, what } = command === "start" ? theProgram(options, report) : anEmptyRegion(options, report);
  const releaseLock = await acquireLock(folder);
  print(`starting ${what}; Ctrl-C stops it`);

  const starting = start().catch((error: unknown) => {
    // What fails once it is told to stop fails because of that.
    if (stopping) return new Promise<never>(() => undefined);
    throw error;
  });
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    print(`\n${signal}: stopping the region`);
    // A start still in progress needs no close: its child processes end with this one.
    void Promise.resolve(state.running?.close())
      .then(releaseLock)
      .then(() => {
        print(`stopped; logs are in ${shownFolder}`);
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

  const { running, summary } = await starting;
  state.running = running;
  print(summary);
  print(`See it live: open ${running.internetUrl}/ in a browser`);
  print(`ready after ${seconds().trim()}; Ctrl-C stops it`);
  // Or first calls would wait for them. EC2's client is there before any further request is handled.
  await preload(running.region.services);
  await collectGarbage();
}

/** A region to start, and what to print once it is ready. */
interface Plan {
  what: string;
  start: () => Promise<{ running: EmptyRegion; summary: string }>;
}

function theProgram(options: Options, report: (event: string) => void): Plan {
  const { speed, config, without } = options;
  const problems = machineProblems(folder, spaceOfStart());
  const stack = attempt(problems, () => readStack(root, options.stack, config));
  problems.push(...unknownKeys(Object.keys(config), readProject(root).project));
  const certificate = attempt(problems, () => options.certificate && readCertificate(options.certificate));
  if (certificate && config[certificateKey] !== undefined)
    problems.push(`--certificate sets ${certificateKey}, and --config sets it too`);
  if (!certificate && stack?.config[fullKey(certificateKey, stack.project)])
    problems.push(
      `${certificateKey} is set, and a local region begins without certificates: give it one by --certificate and ` +
        `--private-key, or leave HTTPS out by --config ${certificateKey}=`,
    );
  if (stack === undefined || problems.length > 0) throw errorOf(problems);
  const leftOut = without.map(each => ` without ${each}`).join(",");
  return {
    what: `${stack.project}/${stack.stack} in a local region${leftOut}`,
    start: async () => {
      const clock = realClock(speed);
      const width = widthOf(process.stdout);
      const running = await startRegion({ ...options, certificate, root, stack, folder, clock, report });
      const summary = table(running.overview(), { stack, folder: shownFolder, speed, width, without });
      if (!options.watch) return { running, summary };
      const { ec2, autoScaling, calls, until } = running.region;
      const redeploy = redeployer({
        ...{ hosts: ec2.instances.hosts, groups: autoScaling.groups, aws: { ...calls, until }, run, report },
      });
      const stopWatching = watchFolders(root, ["apps", "infra"], redeploy);
      const close = () => {
        stopWatching();
        return running.close();
      };
      return { running: { ...running, close }, summary: `${summary}\nwatching apps/ and infra/ for changes` };
    },
  };
}

function anEmptyRegion(options: Options, report: (event: string) => void): Plan {
  const { region: name, speed } = options;
  const problems = machineProblems(folder, [regionSpace]);
  if (problems.length > 0) throw errorOf(problems);
  return {
    what: `an empty local region, ${name}`,
    start: async () => {
      const clock = realClock(speed);
      const running = await startEmptyRegion({ ...options, name, folder, clock, report });
      const { internetUrl: url, sshPort, region } = running;
      await writeLocalStack(root, {
        region: name,
        url,
        scopes: region.services.map(({ scope }) => scope),
        operatorAddress: options.operatorAddress,
        sshBastion: `${bastionUser}@127.0.0.1:${sshPort}`,
      });
      return { running, summary: emptyRegionSummary(running, { name, folder: shownFolder, speed }) };
    },
  };
}

const regionSpace: Space = { folder, bytes: 200e6 };

function spaceOfStart(): Space[] {
  const cache = cacheFolder();
  // The archive is there twice while npm fetches it; unpacked, it is more than twice as large.
  const bytes = existsSync(join(cache, runtime.archiveName)) ? 10e6 : 300e6;
  return [regionSpace, { folder: cache, bytes }];
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
  // Node 24 returns the memory to the system only as a last resort; Node 20 ignores this.
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${wrap(`local region: ${message}`, widthOf(process.stderr))}\n`);
  process.exit(1);
}

// The reader has gone, as with `| head`, or the disk is full.
process.stdout.on("error", ({ message }) => fail(new Error(`standard output: ${message}`)));
process.stderr.on("error", () => undefined);

try {
  const [command, ...args] = process.argv.slice(2);
  if (command !== "start" && command !== "region")
    throw new Error("its first argument is start or region: use `npm start` or `npm run region`");
  main(command, parseOptions(command, args)).catch(fail);
} catch (error) {
  fail(error);
}
