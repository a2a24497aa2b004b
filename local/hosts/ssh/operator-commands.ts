/** What an operator types on a host to look at it; nothing here changes anything. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { unitFiles } from "../../../apps/installer/unit-files";
import type { Host } from "../host";
import { privateDnsName } from "../metadata";
import type { Supervisor } from "../supervisor";
import { wordsCommand, type HostCommand, type Run } from "./commands";
import { follow } from "./follow";

export const hostname = wordsCommand("hostname", ([program, ...rest]) => {
  if (program !== "hostname" || rest.length > 0) return undefined;
  return async ({ host, stdout }) => {
    const { privateIp, region } = host.options.metadata();
    await stdout(`${privateDnsName(privateIp, region)}\n`);
    return 0;
  };
});

/** `cat` of files that match. */
export function cat(usage: string, isShown: (path: string) => boolean): HostCommand {
  return wordsCommand(usage, ([program, path = "", ...rest]) => {
    if (program !== "cat" || rest.length > 0 || !isShown(path)) return undefined;
    return async ({ host, stdout, stderr }) => {
      const text = await readFile(join(host.root, path)).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      });
      if (text) await stdout(text);
      else await stderr(`cat: ${path}: No such file or directory\n`);
      return text ? 0 : 1;
    };
  });
}

interface UnitState {
  name: string;
  service: Supervisor;
  /** A socket's port; undefined for the service itself. */
  port?: number;
}

/** The units that systemd would have on a host. */
function unitsOf({ services }: Host): UnitState[] {
  return [...services.values()].flatMap(service => {
    const { unit } = service.options;
    const ports = Object.values(unit.ports);
    return [...unitFiles(unit).keys()].map((name, index) => ({ name, service, port: ports[index] }));
  });
}

/** Exit codes as systemctl(1) has them. */
export const systemctlStatus = wordsCommand("systemctl status UNIT…", ([program, verb, ...patterns]) => {
  if (program !== "systemctl" || verb !== "status" || patterns.length === 0) return undefined;
  if (patterns.some(pattern => pattern.startsWith("-"))) return undefined;
  return async ({ host, stdout, stderr }) => {
    const units = unitsOf(host);
    let code = 0;
    for (const pattern of patterns) {
      const found = units.filter(({ name }) => matches(name, pattern));
      for (const unit of found) {
        await stdout(await describe(unit));
        if (unit.service.pid === undefined) code ||= 3;
      }
      if (found.length > 0 || isGlob(pattern)) continue;
      await stderr(`Unit ${withType(pattern)} could not be found.\n`);
      code = 4;
    }
    return code;
  };
});

async function describe({ name, service, port }: UnitState): Promise<string> {
  const { pid } = service;
  const lines =
    port === undefined
      ? [
          `     Active: ${pid === undefined ? "activating (auto-restart)" : "active (running)"}`,
          ...(pid === undefined ? [] : [`   Main PID: ${pid}`]),
          "",
          ...(await service.readJournal()).split("\n").slice(-10),
        ]
      : [
          `     Active: active (${pid === undefined ? "listening" : "running"})`,
          `     Listen: 0.0.0.0:${port} (Stream)`,
        ];
  return [`● ${name}`, ...lines, "", ""].join("\n");
}

function matches(name: string, pattern: string): boolean {
  const source = withType(pattern).replaceAll(/[.+]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}

function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** A unit without a type is a service. */
function withType(name: string): string {
  return /\.(service|socket)$/.test(name) ? name : `${name}.service`;
}

/** Ten lines, as journalctl's --follow shows first. */
const followedLines = 10;

export const journalctl = wordsCommand("journalctl -u UNIT [-f] [-n LINES]", ([program, ...words]) =>
  program === "journalctl" ? journalOf(words) : undefined,
);

function journalOf(words: string[]): Run | undefined {
  let unit: string | undefined;
  let isFollowed = false;
  let lines: number | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-u") unit = words.shift();
    else if (word === "-fu") [isFollowed, unit] = [true, words.shift()];
    else if (word === "-f") isFollowed = true;
    else if (/^-n\d*$/.test(word)) lines = Number(word.slice(2) || words.shift());
    else if (word !== "--no-pager") return undefined;
  }
  if (unit === undefined || Number.isNaN(lines)) return undefined;
  const service = basename(unit, ".service");
  return async ({ host, stdout, signal }) => {
    const journal = host.services.get(service)?.options.journal;
    if (journal === undefined) {
      await stdout("-- No entries --\n");
      return 0;
    }
    const text = await readFile(journal);
    const shown = lines ?? (isFollowed ? followedLines : Infinity);
    await stdout(lastLines(text.toString(), shown));
    if (isFollowed) await follow(journal, text.length, stdout, signal);
    return 0;
  };
}

function lastLines(text: string, count: number): string {
  const lines = text.split(/(?<=\n)/);
  return lines.slice(Math.max(0, lines.length - count)).join("");
}
