/**
 * Gives each host its own control group: systemd there moves and kills processes by group, and without this every host
 * would use the machine's root group.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";

/** Where the hierarchies that systemd uses are mounted: the unified one, and on older machines the named one beside it. */
function hierarchies(): string[] {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map(line => line.split(" "))
    .filter(
      ([, , type, options]) => type === "cgroup2" || (type === "cgroup" && options?.includes("name=systemd")),
    )
    .map(([, path = ""]) => path);
}

/** The groups of all hosts of one run, named by its folder. */
const groupsOf = (folder: string) => hierarchies().map(path => join(path, basename(folder)));

/** Files that put a process into the host's groups when its id is written to them; the groups are made if need be. */
export function controlGroupsOf(folder: string, host: string): string[] {
  return groupsOf(folder).map(group => {
    mkdirSync(join(group, host), { recursive: true });
    return join(group, host, "cgroup.procs");
  });
}

/** Call when no process is left in them. */
export function removeControlGroups(folder: string): void {
  for (const group of groupsOf(folder)) if (existsSync(group)) removeGroup(group);
}

function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  }
  rmdirSync(group);
}
