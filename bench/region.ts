/** What a local region costs the machine: to start, at rest, and with each instance of a fleet of twenty. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";
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
const fleetRounds = 3;

const milliseconds: Metric<number> = { unit: "ms to ready", of: value => value };
const cores: Metric<number> = { unit: "cores", of: value => value };
const megabytes: Metric<number> = { unit: "MB", of: bytes => bytes / 1e6 };

export const region: Bench = {
  help: "npm start and npm run region: to ready, at rest, in memory, on disk, and by the instance",

  run: async machine => [...(await starts(machine)), ...(await atRest(machine)), ...(await fleet(machine))],
};

/** Runs a script of package.json in a copy of the project. */
const runScript = (
  { node }: Machine,
  project: string,
  script: "start" | "region",
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
) =>
  run(project, ["npm", "run", script, "--", ...args], {
    ...environment,
    PATH: [dirname(node), process.env["PATH"]].join(delimiter),
  });

async function starts(machine: Machine): Promise<Figure[]> {
  const warm = copyOfProject();
  const timed = async (receiverCount: number, project: string, environment?: NodeJS.ProcessEnv) => {
    const begin = performance.now();
    const args = ["--config", `receiverCount=${receiverCount}`];
    const command = runScript(machine, project, "start", args, environment);
    await command.says(/^ready after/m);
    const time = performance.now() - begin;
    await end(command);
    return time;
  };
  const measure = async (isCold: boolean): Promise<Starts> => {
    const at = (count: number) =>
      isCold ? timed(count, copyOfProject(), cachesOfAFirstStart()) : timed(count, warm);
    return { two: await at(2), eight: await at(8), twenty: await at(20) };
  };
  await timed(2, warm); // until everything is in the caches
  const measured = await inTurns(rounds, { warm: () => measure(false), cold: () => measure(true) });
  return (["warm", "cold"] as const).flatMap(which => {
    const all = measured[which];
    const of = (count: keyof Starts) => all.map(each => each[count]);
    const ofTwo = { name: `2 receivers, ${which}`, measured: of("two") };
    const line = all.map(({ two, eight }) => eight + ((eight - two) / (8 - 2)) * (20 - 8));
    const linear = { name: `a line through 2 and 8, ${which}`, measured: line };
    return [
      which === "warm"
        ? figure("npm start, 2 receivers, warm", milliseconds, of("two"), limit("2 s", 2000, all), {
            atMost: 1,
          })
        : figure("npm start, 2 receivers, cold", milliseconds, of("two"), {
            name: "2 receivers, warm",
            measured: measured.warm.map(({ two }) => two),
          }),
      figure(`npm start, 8 receivers, ${which}`, milliseconds, of("eight"), ofTwo),
      figure(`npm start, 20 receivers, ${which}`, milliseconds, of("twenty"), linear, { atMost: 1.1 }),
    ];
  });
}

/** By the number of receivers. */
type Starts = Record<"two" | "eight" | "twenty", number>;

async function atRest(machine: Machine): Promise<Figure[]> {
  const measure = (script: "start" | "region", args: string[]) => async () => {
    const command = runScript(machine, copyOfProject(), script, args);
    await command.says(/^ready after/m);
    await delay(untilAtRest);
    const cpu = await usageOf(command);
    const memory = memoryOf(await regionOf(command), "Rss");
    await end(command);
    return { cpu, memory };
  };
  // Those of `npm run region` don't move by themselves, and a user's may be running.
  const ports = ["--port", String(await unusedPort()), "--ssh-port", String(await unusedPort())];
  const { program, slow, empty } = await inTurns(3, {
    program: measure("start", []),
    slow: measure("start", ["--speed", "1"]),
    empty: measure("region", ports),
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

/** Again and again one instance, then twenty, and these under load. */
async function fleet(machine: Machine): Promise<Figure[]> {
  const lone = startService("stress", await bundle("stress"), {}, [machine.node]);
  await lone.urls;
  const project = copyOfProject();
  const command = runScript(machine, project, "start", ["--config", `maxSize=${largestFleet}`]);
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
  const loneMemory: number[] = [];
  const disk: number[] = [];
  const small = [await usageAt(1)];
  const full: Usage[] = [];
  for (let round = 0; round < fleetRounds; round++) {
    full.push(await usageAt(largestFleet));
    const load = { through: internet, perSecond: 100, connections: 64 };
    const sent = await under(outputs.fleetLoadBalancerUrl, load, () => delay(look));
    const { "200": answered, ...others } = count(sent);
    if (answered !== sent.length) throw new Error(`lost requests to the fleet: ${JSON.stringify(others)}`);
    disk.push(diskUsageOf(join(project, ".local")));
    loneMemory.push(memoryOf(lone.pid, "Pss"));
    small.push(await usageAt(1));
  }
  await end(command);

  const [before = { memory: NaN, cpu: NaN }, ...after] = small;
  const added = (of: keyof Usage) =>
    full.map((each, round) => (each[of] - (small[round]?.[of] ?? NaN)) / (largestFleet - 1));
  const all = (usages: Usage[]) => usages.map(({ memory }) => memory);
  return [
    figure("an instance of the fleet", megabytes, added("memory"), {
      name: "the stress service alone",
      measured: loneMemory,
    }),
    figure("an instance of the fleet at rest", cores, added("cpu"), limit("a core", 1, full)),
    figure(
      "all memory, after a fleet of 20 was drained",
      megabytes,
      all(after),
      { name: "before it grew at first", measured: after.map(() => before.memory) },
      { atMost: 1.2 },
    ),
    figure(".local, with a fleet of 20", megabytes, disk, limit("150 MB", 150e6, disk), { atMost: 1 }),
  ];
}

/** In cores, and in bytes. */
interface Usage {
  cpu: number;
  memory: number;
}

function diskUsageOf(folder: string): number {
  const [kilobytes] = execFileSync("du", ["-sk", folder], { encoding: "utf8" }).split("\t");
  return Number(kilobytes) * 1024;
}

/** Caches as a first start finds them, but for the runtime, which is fetched already. */
function cachesOfAFirstStart(): NodeJS.ProcessEnv {
  const cache = temporaryFolder();
  mkdirSync(join(cache, "elastic-fleet"));
  for (const name of [runtime.archiveName, `${runtime.archiveName}.intact`])
    cpSync(join(cacheFolder(), name), join(cache, "elastic-fleet", name), { preserveTimestamps: true });
  // Where tsx keeps what it has transformed.
  return { XDG_CACHE_HOME: cache, TMPDIR: temporaryFolder() };
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

/** The process of the region itself, without npm's. */
async function regionOf({ pid }: Command): Promise<number> {
  const region = (await familyOf(pid)).find(({ command }) => command.includes(" local/main.ts "));
  if (!region) throw new Error("there is no process of the region");
  return region.pid;
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
