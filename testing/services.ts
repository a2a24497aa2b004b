/** For tests: apps behind real sockets on 127.0.0.1, logs in memory, and services as processes of their own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http, { type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import type { Logger } from "pino";
import { ports, type ServiceName } from "../apps/ports";
import { listeningSchema, portVariable } from "../apps/common/listening";
import { createLog } from "../apps/common/log";

const cleanups: (() => void | Promise<void>)[] = [];

/** To be given to `afterEach`: ends what the functions below began. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "elastic-fleet-test-"));
  cleanups.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Serves `app` on a free port of 127.0.0.1, and returns the URL, without a slash at its end. */
export async function serveLocally(app: RequestListener | http.Server): Promise<string> {
  const server = app instanceof http.Server ? app : http.createServer(app);
  await once(server.listen(0, "127.0.0.1"), "listening");
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A log, and the lines that it has written, parsed. */
export function memoryLog(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: createLog("info", { write }), lines };
}

/** The service bundled as it is for a host; the path of the bundle. */
export function bundle(service: ServiceName): string {
  const outfile = join(mkdtempSync(join(tmpdir(), "elastic-fleet-bundle-")), `${service}.js`);
  buildSync({
    entryPoints: [join(__dirname, "..", "apps", service, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
  });
  return outfile;
}

/** Starts a bundle on free ports, with nothing in its environment but that and `environment`. */
export function startService(service: ServiceName, file: string, environment: NodeJS.ProcessEnv): Service {
  const anyPort = Object.keys(ports[service]).map(socket => [portVariable(socket), "0"] as const);
  const env = { LISTEN_ADDRESS: "127.0.0.1", ...Object.fromEntries(anyPort), ...environment };
  return supervise(service, spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "inherit"] }));
}

export interface Service {
  /** What it has logged until now. */
  lines: Record<string, unknown>[];
  /** Socket name to URL, once it listens on all of them. Rejects if it ends before. */
  urls: Promise<Record<string, string>>;
  /** Its exit code, or the signal that ended it; all lines are there then. */
  exited: Promise<number | NodeJS.Signals>;
  /** Settles when it logs this message, from now on. */
  logged: (message: string) => Promise<void>;
  kill: (signal: NodeJS.Signals) => void;
}

export function supervise(service: ServiceName, child: ChildProcess): Service {
  const lines: Service["lines"] = [];
  const urls: Record<string, string> = {};
  const exited = new Promise<number | NodeJS.Signals>(resolve => {
    child.once("close", (code, signal) => {
      resolve(code ?? signal ?? 0);
    });
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
    void exited.then(end => {
      reject(new Error(`${service} ended with ${end}`));
    });
  });
  listening.catch(() => undefined); // a test that expects the end need not ask for the URLs
  cleanups.push(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return {
    lines,
    urls: listening,
    exited,
    logged: message =>
      new Promise(resolve => {
        output.on("line", () => {
          if (lines.at(-1)?.msg === message) resolve();
        });
      }),
    kill: signal => {
      child.kill(signal);
    },
  };
}
