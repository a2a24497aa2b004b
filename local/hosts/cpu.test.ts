/**
 * Tests the arithmetic, and the readers on real processes. A test can't know how busy this machine is, so bounds on
 * demand are wide. Only Linux reports demand; the reader for other systems also works on Linux and is tested there too.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { CpuMeter, cpuUtilization, isRunnable, nextReading, parseSchedstat } from "./cpu";
import { sampleProcesses, sampleThreads, type CpuSample } from "./cpu";
import { onCleanUp } from "../../testing/clean-up";
import { eventually } from "../../testing/eventually";

describe("CPU utilization", () => {
  /** @param wanted milliseconds by thread id */
  const sample = (at: number, wantedBy: Record<number, number>): CpuSample => {
    const reading = (wanted: number) => ({ at, accounted: wanted, runnable: false, wanted });
    const threads = Object.entries(wantedBy).map(([id, wanted]) => [Number(id), reading(wanted)] as const);
    return { at, threads: new Map(threads) };
  };

  test.each<[string, CpuSample, CpuSample, number]>([
    ["of half the time", sample(0, { 1: 100 }), sample(1000, { 1: 600 }), 50],
    ["of several threads", sample(0, { 1: 100, 2: 100 }), sample(1000, { 1: 200, 2: 300 }), 30],
    ["of a thread that started in between", sample(0, { 1: 0 }), sample(1000, { 1: 100, 2: 200 }), 30],
    ["of a thread that ended in between", sample(0, { 1: 0, 2: 500 }), sample(1000, { 1: 100 }), 10],
    ["of another thread with the same id", sample(0, { 1: 500 }), sample(1000, { 1: 200 }), 20],
    ["of another process", sample(0, { 1: 500 }), sample(1000, { 7: 250 }), 25],
    ["of more than one vCPU", sample(0, { 1: 0, 2: 0 }), sample(1000, { 1: 900, 2: 900 }), 100],
    ["of nothing at all", sample(0, { 1: 5 }), sample(1000, { 1: 5 }), 0.1],
    ["of no process", sample(0, {}), sample(1000, {}), 0.1],
  ])("%s", (_name, before, after, percent) => {
    expect(cpuUtilization(before, after)).toBeCloseTo(percent);
  });

  test("is a percentage above 0, whatever the samples", () => {
    const wanted = fc.dictionary(fc.nat(5).map(String), fc.double({ min: 0, max: 1e9, noNaN: true }));
    const interval = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(wanted, wanted, interval, (before, after, interval) => {
        const percent = cpuUtilization(sample(0, before), sample(interval, after));
        expect(percent).toBeGreaterThan(0);
        expect(percent).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe("a thread's demand", () => {
  /** @param steps as "at accounted state", R for runnable and S for asleep */
  const after = (steps: string) =>
    steps.split(", ").reduce<ReturnType<typeof nextReading> | undefined>((before, step) => {
      const [at, accounted, state] = step.split(" ");
      return nextReading(before, { at: Number(at), accounted: Number(accounted), runnable: state === "R" });
    }, undefined)?.wanted;

  test.each<[string, string, number]>([
    ["is its accounted time", "0 7 R", 7],
    ["grows with it", "0 7 R, 100 57 R", 57],
    ["doesn't grow while it sleeps", "0 7 S, 100 7 S", 7],
    ["grows while it waits, even if nothing is accounted for", "0 7 R, 100 7 R, 300 7 R", 307],
    ["doesn't count a wait twice once it is accounted for", "0 7 R, 100 7 R, 200 207 R", 207],
    ["includes the rest of a longer wait", "0 7 R, 100 7 R, 200 250 R", 250],
    ["doesn't shrink while accounting lags", "0 7 R, 100 7 R, 110 20 S", 107],
    ["doesn't include a wait whose start is unknown", "0 7 S, 100 7 R", 7],
    ["doesn't include a wait whose end is unknown", "0 7 R, 100 7 S", 7],
    ["starts over if another thread got its id", "0 500 R, 100 3 R", 3],
  ])("%s", (_name, steps, wanted) => {
    expect(after(steps)).toBe(wanted);
  });
});

describe("a schedstat", () => {
  test("gives the time on a CPU and in its queue, in milliseconds", () => {
    expect(parseSchedstat("371000000 93000000 2\n")).toBe(464);
  });

  test.each(["", "0", "1 2", "1 2 3 4", "a b c", "-1 2 3"])("can't be %j", text => {
    expect(() => parseSchedstat(text)).toThrow(`not a schedstat: ${JSON.stringify(text)}`);
  });
});

test.each([
  ["7 (node) R 1 7 7\n", true],
  ["7 (node) S 1 7 7\n", false],
  ["7 (a (b) S c) R 1 7 7\n", true],
  ["7 (a) R (b) S 1 7 7\n", false],
  ["", false],
])("a thread with stat %j is runnable: %p", (stat, runnable) => {
  expect(isRunnable(stat)).toBe(runnable);
});

const busy = `console.log("ready"); setImmediate(() => { for (;;); });`;
const busyThread = `new (require("node:worker_threads").Worker)("for (;;);", { eval: true })
  .once("online", () => console.log("ready"));`;
const idle = `console.log("ready"); setInterval(() => undefined, 1000);`;

async function start(program: string): Promise<number> {
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  onCleanUp(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

function meter(...processIds: number[]): CpuMeter {
  const meter = new CpuMeter(() => processIds);
  onCleanUp(() => meter.stop());
  return meter;
}

async function utilization(processId: number): Promise<number | undefined> {
  const measured = meter(processId);
  expect(await measured.measure()).toBeUndefined();
  await delay(1_000);
  return measured.measure();
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("on Linux", () => {
  test("a busy process wants a whole vCPU despite its low priority, and an idle one almost nothing", async () => {
    const low = await start(busy);
    setPriority(low, 19);
    await Promise.all([start(busy), start(busy), start(busy)]);
    const idleProcess = await start(idle);
    const [ofLow, ofIdle] = await Promise.all([utilization(low), utilization(idleProcess)]);
    expect(ofLow).toBeGreaterThan(60);
    expect(ofIdle).toBeLessThan(40);
  });

  test("each thread counts", async () => {
    const processId = await start(busyThread);
    expect(await utilization(processId)).toBeGreaterThan(60);
  });

  test("the processes of an instance are sampled together", async () => {
    const processIds = await Promise.all([start(idle), start(idle)]);
    expect([...sampleThreads(processIds).threads.keys()]).toEqual(expect.arrayContaining(processIds));
  });
});

test("on other systems, demand is the CPU time a process has used", async () => {
  const processId = await start(busy);
  const wanted = async () => (await sampleProcesses([processId])).threads.get(processId)?.wanted ?? NaN;
  const before = await wanted();
  await eventually("it has used more", async () => (await wanted()) > before);
});

test("a process that has ended wants nothing", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  const processId = child.pid ?? 0;
  expect((await sampleProcesses([processId])).threads.size).toBe(0);
  if (process.platform === "linux") expect(sampleThreads([processId]).threads.size).toBe(0);
  expect(await utilization(processId)).toBe(0.1);
});
