/** Temporary folders that others can tell from abandoned ones: their names hold the process that made them. */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

export function workFolder(parent: string, prefix = "work"): string {
  return mkdtempSync(join(parent, `${prefix}-${process.pid}-`));
}

/** Real milliseconds for which a folder may belong to a process that isn't seen here: in a container, say. */
const longestWork = 60 * 60 * 1000;

/** Removes those of processes that have ended without removing them, and haven't been changed for an hour. */
export function removeAbandoned(parent: string, prefix = "work"): void {
  for (const name of readdirSync(parent)) {
    const [pid] = name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1).split("-") : [];
    const path = join(parent, name);
    if (pid !== undefined && /^\d+$/.test(pid) && !isRunning(Number(pid)) && isOld(path))
      rmSync(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isOld(path: string): boolean {
  // Another process may remove it meanwhile.
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  return changed < Date.now() - longestWork;
}
