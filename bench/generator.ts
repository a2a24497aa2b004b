/** The client that makes load, in a process beside what is measured. */
import type { Metric } from "./figures";
import { cpuTimeOf, type Machine } from "./machine";
import { nextMessage, startProgram } from "./processes";
import type { Load, Served } from "./saturate";

export interface Measured extends Served {
  /** CPU time of the server per answer, in µs. */
  cpu: number;
}

/** Loads a server until that many milliseconds are over. */
export type Generator = (server: { pid: number }, load: Load) => Promise<Measured>;

export async function startGenerator(machine: Machine): Promise<Generator> {
  const child = await startProgram(machine, "beside", "generator");
  return async ({ pid }, load) => {
    const before = cpuTimeOf(pid);
    child.send(load);
    const message = await nextMessage<Served | { error: string }>(child);
    if ("error" in message) throw new Error(message.error);
    const { answers, ...served } = message;
    return { answers, ...served, cpu: (cpuTimeOf(pid) - before) / answers };
  };
}

export const throughput: Metric<Measured> = { unit: "requests/s", of: ({ perSecond }) => perSecond };
export const p99: Metric<Measured> = { unit: "ms, p99", of: ({ percentile99 }) => percentile99 };
/** Says more than the throughput while the machine has other work. */
export const cpuTime: Metric<Measured> = { unit: "µs of CPU/request", of: ({ cpu }) => cpu };
