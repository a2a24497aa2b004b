/** Where benchmarks run: on the Node of the hosts, and what is measured on a core of its own. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { fetchRuntime } from "../apps/shipping/runtime";
import { placeRuntime } from "../local/hosts/runtime";
import { temporaryFolder } from "../testing/folders";
import { programPath } from "../testing/programs";

export interface Machine {
  /** The Node of the hosts. */
  node: string;
  /** The words before a command that is measured, and before one that works beside it. */
  measured: readonly string[];
  beside: readonly string[];
  /** Class, cores and versions, in one line. */
  description: string;
}

export async function prepareMachine(): Promise<Machine> {
  const node = join(temporaryFolder(), "node");
  await placeRuntime(await fetchRuntime(report => console.error(report)), node);
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const cores = availableParallelism();
  const apart = cores > 1 && programPath("taskset") !== undefined;
  const on = (list: string) => (apart ? ["taskset", "--cpu-list", list] : []);
  const model = cpus()[0]?.model ?? "unknown CPU";
  const pinned = apart ? "what is measured pinned to one" : "nothing pinned";
  return {
    node,
    measured: on("0"),
    beside: on(`1-${cores - 1}`),
    description: `${process.platform} ${process.arch}, ${cores} cores (${model}), ${pinned}, Node ${version}`,
  };
}

/** The CPU time of a process so far, in µs; NaN where there is no /proc. */
export function cpuTimeOf(pid: number): number {
  if (process.platform !== "linux") return NaN;
  // proc_pid_stat(5): user and system time, in clock ticks of 10 ms, are the 12th and 13th field after the name.
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
