import { readdirSync, readFileSync } from "node:fs";

/** Ids, on this machine, of a container's processes whose command line matches. */
export function hostProcesses(controlGroup: string, command: RegExp): number[] {
  return readdirSync("/proc")
    .filter(name => /^\d+$/.test(name))
    .filter(pid => read(pid, "cgroup").includes(`/${controlGroup}/`))
    .filter(pid => command.test(read(pid, "cmdline").replaceAll("\0", " ")))
    .map(Number);
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    // It has exited meanwhile.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
