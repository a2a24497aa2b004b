/**
 * Each host gets a control group of its own: systemd there moves and kills processes by group, and without one every
 * host would take the machine's root for its own.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";

/** Where a hierarchy is mounted that systemd works with: the unified one, and the named one beside it on older machines. */
function hierarchies(): string[] {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map(line => line.split(" "))
    .filter(
      ([, , type, options]) => type === "cgroup2" || (type === "cgroup" && options?.includes("name=systemd")),
    )
    .map(([, path = ""]) => path);
}

/** Of all the hosts of one run, which its folder names. */
const groupsOf = (folder: string) => hierarchies().map(path => join(path, basename(folder)));

/** Files to write a process id to, for the process to be in the host's groups; they are made if need be. */
export function controlGroupsOf(folder: string, host: string): string[] {
  return groupsOf(folder).map(group => {
    mkdirSync(join(group, host), { recursive: true });
    return join(group, host, "cgroup.procs");
  });
}

/** To be called when no process is in them any more. */
export function removeControlGroups(folder: string): void {
  for (const group of groupsOf(folder)) if (existsSync(group)) removeGroup(group);
}

function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  }
  rmdirSync(group);
}
