/** Logs in memory, and services as processes of their own. */
import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Logger } from "pino";
import { runtimeOptions } from "../apps/installer/unit";
import { ports, type ServiceName } from "../apps/ports";
import { listeningSchema, portVariable } from "../apps/common/listening";
import { createLog } from "../apps/common/log";
import { bundleFiles } from "../apps/shipping/bundle";
import { onCleanUp } from "./clean-up";
import { temporaryFolder } from "./folders";
import { loopback } from "./servers";

/** A log, and the lines written to it, parsed. */
export function memoryLog(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: createLog("info", { write }), lines };
}

/** Bundles a service as for a host. @returns the path of the bundle, which `cleanUp` removes */
export function bundle(service: ServiceName): Promise<string> {
  return bundleFile(join(__dirname, "..", "apps", service, "main.ts"));
}

/** As `bundle`, for any program. */
export async function bundleFile(file: string): Promise<string> {
  const { main } = await bundleFiles({ main: file });
  const path = join(temporaryFolder(), "main.js");
  writeFileSync(path, main);
  return path;
}

/**
 * Starts a bundle as hosts do, but on free ports; its environment holds those and `environment`, nothing else.
 * @param command the words that run a file, by default this Node
 */
export function startService(
  service: ServiceName,
  file: string,
  environment: NodeJS.ProcessEnv,
  [command = process.execPath, ...words]: readonly string[] = [],
): Service {
  const anyPort = Object.keys(ports[service]).map(socket => [portVariable(socket), "0"] as const);
  const env = { LISTEN_ADDRESS: loopback, ...Object.fromEntries(anyPort), ...environment };
  return supervise(
    service,
    spawn(command, [...words, ...runtimeOptions, file], { env, stdio: ["ignore", "pipe", "inherit"] }),
  );
}

export interface Service {
  pid: number;
  /** What it has logged so far. */
  lines: Record<string, unknown>[];
  /** Socket name to URL, once it listens on all of them. Rejects if it exits first. */
  urls: Promise<Record<string, string>>;
  /** Its exit code, or the signal that ended it, once every line is in `lines`. */
  exited: Promise<number | NodeJS.Signals>;
  /** Resolves the next time it logs this message. */
  logged: (message: string) => Promise<void>;
  kill: (signal: NodeJS.Signals) => void;
}

export function supervise(service: ServiceName, child: ChildProcess): Service {
  const lines: Service["lines"] = [];
  const urls: Record<string, string> = {};
  const exited = new Promise<number | NodeJS.Signals>(resolve => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  if (!child.stdout) throw new Error("standard output must be a pipe");
  const output = createInterface(child.stdout);
  const listening = new Promise<typeof urls>((resolve, reject) => {
    output.on("line", text => {
      const line = JSON.parse(text) as Record<string, unknown>;
      lines.push(line);
      const parsed = listeningSchema.safeParse(line);
      if (!parsed.success) return;
      urls[parsed.data.socket] = `http://${parsed.data.address}:${parsed.data.port}`;
      if (Object.keys(urls).length === Object.keys(ports[service]).length) resolve(urls);
    });
    void exited.then(end => reject(new Error(`${service} ended with ${end}`)));
  });
  listening.catch(() => undefined); // a test that expects the exit need not await the URLs
  onCleanUp(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return {
    pid: child.pid ?? 0,
    lines,
    urls: listening,
    exited,
    logged: message =>
      new Promise(resolve => {
        output.on("line", () => {
          if (lines.at(-1)?.msg === message) resolve();
        });
      }),
    kill: signal => child.kill(signal),
  };
}
