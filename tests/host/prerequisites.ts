/** What a machine needs to boot hosts, besides Linux: commands, and the Debian packages that hold them. */
import { existsSync } from "node:fs";
import { join } from "node:path";

const commands = {
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  ssh: "openssh-client",
  scp: "openssh-client",
  "ssh-keygen": "openssh-client",
  ip: "iproute2",
  setpriv: "util-linux",
  unshare: "util-linux",
};

const searchPath = (process.env["PATH"] ?? "").split(":");

/** What is missing here, in words; empty if the suite can run. */
export function missing(): string[] {
  if (process.platform !== "linux" || process.arch !== "x64") return ["Linux on x86-64"];
  const needs = process.getuid?.() === 0 ? [] : ["root"];
  for (const [command, pkg] of Object.entries(commands)) {
    if (!searchPath.some(folder => existsSync(join(folder, command))))
      needs.push(`${command} (Debian's package ${pkg})`);
  }
  return needs;
}
