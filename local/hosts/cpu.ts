/**
 * How much CPU an instance's processes want. Not what they get: the hosts of the region share the CPUs of one laptop,
 * and a load of the lowest priority gets next to nothing while somebody compiles, where an instance of its own would
 * be fully busy. So where the kernel tells it, the time that threads wait for a CPU counts like the time that they
 * have one. All times are real ones, in milliseconds.
 */
import { readdirSync, readFileSync } from "node:fs";
import pidusage from "pidusage";

/** What is known of a thread, or, where threads aren't told, of a process. */
export interface Reading {
  /** When it was read, on the clock of performance.now(). */
  at: number;
  /** The CPU time that it has wanted since it began, as far as the system has accounted for it. */
  accounted: number;
  /** It runs, or waits to. */
  runnable: boolean;
  /** The CPU time that it has wanted since it began. */
  wanted: number;
}

/** The readings of an instance's threads, by their ids. */
export interface CpuSample {
  at: number;
  threads: ReadonlyMap<number, Reading>;
}

/** What an instance shows that does nothing: its operating system does a little. */
const idlePercent = 0.1;

/**
 * CPUUtilization of an instance with one vCPU between two samples of it, in percent. Never quite 0, or the policy
 * would find that a resting group needs no instance at all: CloudWatch shows no instance at 0.
 */
export function cpuUtilization(before: CpuSample, after: CpuSample): number {
  let wanted = 0;
  for (const [id, thread] of after.threads) {
    const earlier = before.threads.get(id)?.wanted ?? 0;
    // Less than before is another thread that got the same id. Of threads that ended in between, the rest is lost.
    wanted += thread.wanted >= earlier ? thread.wanted - earlier : thread.wanted;
  }
  const percent = (100 * wanted) / (after.at - before.at);
  return Math.min(100, Math.max(idlePercent, percent));
}

/**
 * The kernel accounts for a wait only when it is over, and at the lowest priority that may be a second, which is a
 * region's minute. So a thread that was and is runnable, and of which nothing was accounted since, has waited.
 */
export function nextReading(before: Reading | undefined, now: Omit<Reading, "wanted">): Reading {
  if (!before || now.accounted < before.accounted) return { ...now, wanted: now.accounted };
  const waited =
    before.runnable && now.runnable && now.accounted === before.accounted ? now.at - before.at : 0;
  return { ...now, wanted: Math.max(now.accounted, before.wanted + waited) };
}

/** Samples on Linux, per thread: the file of a process tells of its first thread only. */
export function sampleThreads(processIds: readonly number[], before?: CpuSample): CpuSample {
  const at = performance.now();
  const threads = new Map<number, Reading>();
  for (const processId of processIds) {
    const folder = `/proc/${processId}/task`;
    for (const thread of unlessGone(() => readdirSync(folder)) ?? []) {
      const id = Number(thread);
      const schedstat = unlessGone(() => readFileSync(`${folder}/${thread}/schedstat`, "utf8"));
      const stat = unlessGone(() => readFileSync(`${folder}/${thread}/stat`, "utf8"));
      if (schedstat === undefined || stat === undefined) continue;
      const now = { at, accounted: parseSchedstat(schedstat), runnable: isRunnable(stat) };
      threads.set(id, nextReading(before?.threads.get(id), now));
    }
  }
  return { at, threads };
}

/** "run wait slices": nanoseconds on a CPU and in its queue ("Scheduler Statistics", the kernel's documentation). */
export function parseSchedstat(text: string): number {
  const [, run, wait] = /^(\d+) (\d+) \d+\s*$/.exec(text) ?? [];
  if (run === undefined || wait === undefined) throw new Error(`not a schedstat: ${JSON.stringify(text)}`);
  return (Number(run) + Number(wait)) / 1e6;
}

/** Field 3 of proc(5)'s stat; field 2, the name in parentheses, may hold anything. */
export function isRunnable(stat: string): boolean {
  return stat.slice(stat.lastIndexOf(")")).startsWith(") R ");
}

/** Samples elsewhere: CPU time, in steps of 10 ms, which is less than demand whenever the machine is busy. */
export async function sampleProcesses(processIds: readonly number[]): Promise<CpuSample> {
  const at = performance.now();
  const threads = new Map<number, Reading>();
  for (const processId of processIds) {
    try {
      const { ctime } = await pidusage(processId);
      threads.set(processId, { at, accounted: ctime, runnable: false, wanted: ctime });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return { at, threads };
}

/** So that no wait goes unnoticed for longer. Six hosts take 1 to 3 ms of it. */
const samplingInterval = 200;

/** Measures one instance, whatever its processes are at the time. */
export class CpuMeter {
  /** At the last measurement. */
  private begin?: CpuSample;
  private latest?: CpuSample;
  private readonly timer?: NodeJS.Timeout;

  constructor(private readonly processIds: () => readonly number[]) {
    if (process.platform !== "linux") return;
    this.timer = setInterval(() => {
      this.latest = sampleThreads(this.processIds(), this.latest);
    }, samplingInterval).unref();
  }

  /** CPUUtilization since it was last asked for, in percent; undefined the first time. */
  async measure(): Promise<number | undefined> {
    const { begin } = this;
    this.begin = this.latest = this.timer
      ? sampleThreads(this.processIds(), this.latest)
      : await sampleProcesses(this.processIds());
    return begin && cpuUtilization(begin, this.latest);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

const isGone = (error: unknown) => ["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "");
