/**
 * Measures how much CPU an instance's processes want, not how much they get: the region's hosts share one laptop, and a
 * lowest-priority load gets almost nothing while something compiles, although it would fully load a real instance. So
 * on Linux, time spent waiting for a CPU counts as time on one. All times are real milliseconds.
 */
import { readdirSync, readFileSync } from "node:fs";

/** State of a thread, or of a process on systems that don't report threads. */
export interface Reading {
  /** When it was read, by performance.now(). */
  at: number;
  /** CPU time wanted since it started, as far as the system has accounted for it. */
  accounted: number;
  /** Running or waiting to run. */
  runnable: boolean;
  /** CPU time wanted since it started. */
  wanted: number;
}

/** Readings of an instance's threads, by id. */
export interface CpuSample {
  at: number;
  threads: ReadonlyMap<number, Reading>;
}

/** An idle instance's CPU: its operating system does a little. */
const idlePercent = 0.1;

/**
 * CPUUtilization of a one-vCPU instance between two samples, in percent. Never 0, or the policy would decide that an
 * idle group needs no instances; CloudWatch never shows an instance at 0 either.
 */
export function cpuUtilization(before: CpuSample, after: CpuSample): number {
  let wanted = 0;
  for (const [id, thread] of after.threads) {
    const earlier = before.threads.get(id)?.wanted ?? 0;
    // A decrease means that another thread got the id. The last time of threads that ended in between is lost.
    wanted += thread.wanted >= earlier ? thread.wanted - earlier : thread.wanted;
  }
  const percent = (100 * wanted) / (after.at - before.at);
  return Math.min(100, Math.max(idlePercent, percent));
}

/**
 * Adds the wait in progress to a thread's demand. The kernel accounts for a wait only once it is over, and at the lowest
 * priority that can take a second, a region's minute. So a thread that was and is runnable, with nothing accounted
 * since, has been waiting.
 */
export function nextReading(before: Reading | undefined, now: Omit<Reading, "wanted">): Reading {
  if (!before || now.accounted < before.accounted) return { ...now, wanted: now.accounted };
  const waited =
    before.runnable && now.runnable && now.accounted === before.accounted ? now.at - before.at : 0;
  return { ...now, wanted: Math.max(now.accounted, before.wanted + waited) };
}

/** Samples on Linux, per thread: a process's own files cover only its main thread. */
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

/** Parses "run wait slices", the nanoseconds on a CPU and in its queue. Source: Linux kernel, "Scheduler Statistics". */
export function parseSchedstat(text: string): number {
  const [, run, wait] = /^(\d+) (\d+) \d+\s*$/.exec(text) ?? [];
  if (run === undefined || wait === undefined) throw new Error(`not a schedstat: ${JSON.stringify(text)}`);
  return (Number(run) + Number(wait)) / 1e6;
}

/** Reads field 3 of proc(5)'s stat; field 2, the name in parentheses, can contain anything. */
export function isRunnable(stat: string): boolean {
  return stat.slice(stat.lastIndexOf(")")).startsWith(") R ");
}

/** Samples on other systems: CPU time in 10 ms steps, which understates demand on a busy machine. */
export async function sampleProcesses(processIds: readonly number[]): Promise<CpuSample> {
  const { default: pidusage } = await import("pidusage");
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

/** The longest a wait can go unnoticed. Sampling six hosts takes 1 to 3 ms. */
const samplingInterval = 200;

/** Measures one instance, whose processes may change. */
export class CpuMeter {
  /** The sample of the last measurement. */
  private start?: CpuSample;
  private latest?: CpuSample;
  private readonly timer?: NodeJS.Timeout;

  constructor(private readonly processIds: () => readonly number[]) {
    if (process.platform !== "linux") return;
    this.timer = setInterval(() => {
      this.latest = sampleThreads(this.processIds(), this.latest);
    }, samplingInterval).unref();
  }

  /** CPUUtilization since the last call, in percent; undefined the first time. */
  async measure(): Promise<number | undefined> {
    const { start } = this;
    this.start = this.latest = this.timer
      ? sampleThreads(this.processIds(), this.latest)
      : await sampleProcesses(this.processIds());
    return start && cpuUtilization(start, this.latest);
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
