/** The FastAPI server of the procedure by hand, by one worker of uvicorn, without an access log: data-access has none. */
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { cacheFolder } from "../apps/shipping/cache";
import { onCleanUp } from "../testing/clean-up";
import { temporaryFolder } from "../testing/folders";
import { loopback } from "../testing/servers";
import type { Machine } from "./machine";

export const fastApiVersion = "0.165.0";

/** Undefined, with a message, where it can't be installed. */
export async function startFastApi(machine: Machine): Promise<{ pid: number; port: number } | undefined> {
  const uvicorn = await installUvicorn().catch((error: unknown) => {
    console.error(`left out: FastAPI, which can't be installed: ${(error as Error).message}`);
    return undefined;
  });
  if (uvicorn === undefined) return undefined;
  const folder = temporaryFolder();
  writeFileSync(join(folder, "seed.txt"), "0");
  const options = ["--app-dir", join(__dirname, "programs"), "--host", loopback, "--port", "0"];
  const child = spawn("env", [...machine.measured, uvicorn, "tutorial:app", "--no-access-log", ...options], {
    env: { ...process.env, BENCH_FOLDER: folder },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onCleanUp(() => child.kill("SIGKILL"));
  for await (const line of createInterface(child.stderr)) {
    const [, port] = /running on http:\/\/[\d.]+:(\d+)/.exec(line) ?? [];
    if (port !== undefined) return { pid: child.pid ?? 0, port: Number(port) };
  }
  throw new Error("uvicorn ended before it listened");
}

/** In a virtual environment in the cache. */
async function installUvicorn(): Promise<string> {
  const folder = join(cacheFolder(), "fastapi");
  const run = promisify(execFile);
  await run("python3", ["-m", "venv", folder]);
  // Asks nobody if it is there already.
  await run(join(folder, "bin", "pip"), ["install", "--quiet", `fastapi[standard]==${fastApiVersion}`]);
  return join(folder, "bin", "uvicorn");
}
