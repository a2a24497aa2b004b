/** What a local region costs the machine: to start, at rest, and with each instance of a fleet of twenty. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cacheFolder } from "../apps/shipping/cache";
import { runtime } from "../apps/shipping/runtime";
import { clientsOf } from "../testing/aws-clients";
import { copyOfProject, run, startedIn, type Command } from "../testing/cli";
import { temporaryFolder } from "../testing/folders";
import { count, under } from "../testing/load";
import { familyOf } from "../testing/processes";
import { resize } from "../testing/running-group";
import { loopback } from "../testing/servers";
import { bundle, startService } from "../testing/services";
import { figure, inTurns, type Bench, type Figure, type Metric } from "./figures";
import { cpuTimeOf, type Machine } from "./machine";

const rounds = 5;
/** How long to look at what rests, in ms, and how long after a start it comes to rest. */
const look = 10_000;
const untilAtRest = 20_000;
const largestFleet = 20;

const milliseconds: Metric<number> = { unit: "ms to ready", of: value => value };
const cores: Metric<number> = { unit: "cores", of: value => value };
const megabytes: Metric<number> = { unit: "MB", of: bytes => bytes / 1e6 };

export const region: Bench = {
  help: "npm start and npm run region: to ready, at rest, in memory, on disk, and by the instance",

  run: async machine => [...(await starts(machine)), ...(await atRest(machine)), ...(await fleet(machine))],
};

/** Those of `npm start`. */
const flags = ["--expose-gc", "--max-semi-space-size=8"];

/** Runs the region in a copy of the project. */
const runRegion = ({ node }: Machine, project: string, args: string[], environment: NodeJS.ProcessEnv = {}) =>
  run(
    project,
    [node, ...flags, "--require", "./infra/typescript.cjs", "local/main.ts", ...args],
    environment,
  );

async function starts(machine: Machine): Promise<Figure[]> {
  const project = copyOfProject();
  const timed = (receiverCount: number, isCold: boolean) => async () => {
    const environment = isCold ? { XDG_CACHE_HOME: cacheOfAFirstStart() } : {};
    const begin = performance.now();
    const options = ["start", "--config", `receiverCount=${receiverCount}`];
    const command = runRegion(machine, project, options, environment);
    await command.says(/^ready after/m);
    const time = performance.now() - begin;
    await end(command);
    return time;
  };
  const measures = {
    cold: timed(2, true),
    two: timed(2, false),
    eight: timed(8, false),
    twenty: timed(20, false),
  };
  await measures.two(); // until everything is in the caches
  const { cold, two, eight, twenty } = await inTurns(rounds, measures);
  const ofTwo = { name: "2 receivers, warm", measured: two };
  return [
    figure("npm start, 2 receivers, warm", milliseconds, two, limit("2 s", 2000, two), { atMost: 1 }),
    figure("npm start, 2 receivers, only the runtime fetched", milliseconds, cold, ofTwo),
    figure("npm start, 8 receivers, warm", milliseconds, eight, ofTwo, { atMost: 4 }),
    figure("npm start, 20 receivers, warm", milliseconds, twenty, ofTwo, { atMost: 10 }),
  ];
}

async function atRest(machine: Machine): Promise<Figure[]> {
  const measure = (args: string[]) => async () => {
    const command = runRegion(machine, copyOfProject(), args);
    await command.says(/^ready after/m);
    await delay(untilAtRest);
    const cpu = await usageOf(command);
    const memory = memoryOf(command.pid, "Rss");
    await end(command);
    return { cpu, memory };
  };
  // Those of `npm run region` don't move by themselves, and a user's may be running.
  const ports = ["--port", String(await unusedPort()), "--ssh-port", String(await unusedPort())];
  const { program, slow, empty } = await inTurns(3, {
    program: measure(["start"]),
    slow: measure(["start", "--speed", "1"]),
    empty: measure(["region", ...ports]),
  });
  const cpuOf = (all: typeof program) => all.map(({ cpu }) => cpu);
  const memoriesOf = (all: typeof program) => all.map(({ memory }) => memory);
  const share = limit("a core", 1, program);
  const bound = limit("200 MB", 200e6, empty);
  return [
    figure("npm start at rest, with all its hosts", cores, cpuOf(program), share, { atMost: 0.02 }),
    figure("the same at AWS's own pace, --speed 1", cores, cpuOf(slow), share, { atMost: 0.02 }),
    figure("npm run region at rest", cores, cpuOf(empty), share, { atMost: 0.02 }),
    figure("npm run region's process", megabytes, memoriesOf(empty), bound, { atMost: 1 }),
    figure("npm start's process, without its hosts", megabytes, memoriesOf(program), {
      name: "npm run region's",
      measured: memoriesOf(empty),
    }),
  ];
}

/** One instance, then twenty, these under load, then one again. */
async function fleet(machine: Machine): Promise<Figure[]> {
  const lone = startService("stress", await bundle("stress"), {}, [machine.node]);
  await lone.urls;
  const project = copyOfProject();
  const command = runRegion(machine, project, ["start", "--config", `maxSize=${largestFleet}`]);
  await command.says(/^ready after/m);
  const { internet, outputs } = startedIn(project);
  const { autoScaling } = clientsOf(internet);
  const AutoScalingGroupName = outputs.autoScalingGroupName;
  // The policy would take away what has no load.
  await autoScaling.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ["AlarmNotification"] });
  const usageAt = async (size: number) => {
    await resize(autoScaling, AutoScalingGroupName, size);
    await delay(untilAtRest);
    return { memory: await memoryOfFamily(command), cpu: await usageOf(command) };
  };
  const before = await usageAt(1);
  const full = await usageAt(largestFleet);
  const sent = await under(
    outputs.fleetLoadBalancerUrl,
    { through: internet, perSecond: 100, connections: 64 },
    () => delay(look),
  );
  const { "200": answered, ...others } = count(sent);
  if (answered !== sent.length) throw new Error(`lost requests to the fleet: ${JSON.stringify(others)}`);
  const after = await usageAt(1);
  const loneMemory = memoryOf(lone.pid, "Pss");
  const [kilobytes] = execFileSync("du", ["-sk", join(project, ".local")], { encoding: "utf8" }).split("\t");
  const disk = Number(kilobytes) * 1024;
  await end(command);

  const added = largestFleet - 1;
  return [
    figure("an instance of the fleet", megabytes, [(full.memory - before.memory) / added], {
      name: "the stress service alone",
      measured: [loneMemory],
    }),
    figure(
      "an instance of the fleet at rest",
      cores,
      [(full.cpu - before.cpu) / added],
      limit("a core", 1, [0]),
      {
        atMost: 0.02,
      },
    ),
    figure("all memory, after a fleet of 20 was drained", megabytes, [after.memory], {
      name: "before it grew",
      measured: [before.memory],
    }),
    figure(".local, after a fleet of 20", megabytes, [disk], limit("150 MB", 150e6, [0]), { atMost: 1 }),
  ];
}

/** A cache that holds the fetched runtime, and nothing that was built or unpacked. */
function cacheOfAFirstStart(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "elastic-fleet"));
  for (const name of [runtime.archiveName, `${runtime.archiveName}.intact`])
    cpSync(join(cacheFolder(), name), join(folder, "elastic-fleet", name), { preserveTimestamps: true });
  return folder;
}

/** The same value as a baseline in each round. */
function limit(
  name: string,
  value: number,
  rounds: readonly unknown[],
): { name: string; measured: number[] } {
  return { name, measured: rounds.map(() => value) };
}

async function unusedPort(): Promise<number> {
  const server = net.createServer().listen(0, loopback);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function end(command: Command): Promise<void> {
  command.kill("SIGINT");
  await command.ended;
}

/** In cores, of a command and all that it started. */
async function usageOf({ pid }: Command): Promise<number> {
  const family = await familyOf(pid);
  const used = () => family.reduce((sum, each) => sum + cpuTimeOf(each.pid), 0);
  const before = used();
  await delay(look);
  return (used() - before) / (look * 1000);
}

/** In bytes. Shared pages count for each process in Rss, and in parts in Pss. */
function memoryOf(pid: number, kind: "Rss" | "Pss"): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(new RegExp(`^${kind}: +(\\d+) kB`, "m").exec(rollup)?.[1]) * 1024;
}

async function memoryOfFamily({ pid }: Command): Promise<number> {
  const family = await familyOf(pid);
  return family.reduce((sum, each) => sum + memoryOf(each.pid, "Pss"), 0);
}
