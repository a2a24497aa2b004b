/** Temporary folders that others can tell from abandoned ones: their names hold the process that made them. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

export function workFolder(parent: string, prefix = "work"): string {
  return mkdtempSync(join(parent, `${prefix}-${process.pid}-`));
}

/** Removes those of processes that have ended without removing them. */
export function removeAbandoned(parent: string, prefix = "work"): void {
  for (const name of readdirSync(parent)) {
    const [pid] = name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1).split("-") : [];
    if (pid !== undefined && /^\d+$/.test(pid) && !isRunning(Number(pid)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
