/** Processes of this machine, as /proc of Linux shows them. */
import { readdir, readFile } from "node:fs/promises";

export interface Process {
  pid: number;
  parent: number;
  /** In clock ticks since the machine started, which tells a process from a later one with the same pid. */
  started: number;
  command: string;
}

/** Without zombies: they have exited, and only wait to be reaped. */
async function processes(): Promise<Process[]> {
  const pids = (await readdir("/proc")).filter(name => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(read));
  return found.filter(process => process !== undefined);
}

async function read(pid: number): Promise<Process | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
    // proc_pid_stat(5): the name, in parentheses, may contain anything; the state is the field after it.
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return undefined;
    return { pid, parent: Number(parent), started: Number(rest[17]), command: command.replaceAll("\0", " ") };
  } catch (error) {
    // It has exited meanwhile.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** The process and all its descendants. */
export async function familyOf(pid: number): Promise<Process[]> {
  const all = await processes();
  const family = all.filter(process => process.pid === pid);
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
  return family;
}

/** Those that still run. */
export async function stillRunning(family: Process[]): Promise<Process[]> {
  const now = await processes();
  return family.filter(({ pid, started }) =>
    now.some(process => process.pid === pid && process.started === started),
  );
}

export function kill(family: Pick<Process, "pid">[]): void {
  for (const { pid } of family) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      // It has exited, perhaps together with another one.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
