/**
 * The FastAPI server of the procedure by hand: as `fastapi run` starts it, with one worker, and its access log written to
 * nowhere.
 */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { cacheFolder } from "../apps/shipping/cache";
import { onCleanUp } from "../testing/clean-up";
import { temporaryFolder } from "../testing/folders";
import { programPath } from "../testing/programs";
import { loopback } from "../testing/servers";
import type { Machine } from "./machine";

/** Undefined, with a message, where there is neither uvicorn nor what it takes to install it. */
export async function startFastApi(machine: Machine): Promise<{ pid: number; port: number } | undefined> {
  const uvicorn = await findUvicorn().catch((error: unknown) => {
    console.error(`left out: FastAPI, which can't be installed: ${(error as Error).message}`);
    return undefined;
  });
  if (uvicorn === undefined) return undefined;
  const options = ["--app-dir", join(__dirname, "programs"), "--host", loopback, "--port", "0"];
  const child = spawn("env", [...machine.measured, uvicorn, "tutorial:app", ...options], {
    env: { ...process.env, BENCH_FOLDER: temporaryFolder() },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onCleanUp(() => child.kill("SIGKILL"));
  for await (const line of createInterface(child.stderr)) {
    const [, port] = /running on http:\/\/[\d.]+:(\d+)/.exec(line) ?? [];
    if (port !== undefined) return { pid: child.pid ?? 0, port: Number(port) };
  }
  throw new Error("uvicorn ended before it listened");
}

/** In PATH, or in a virtual environment in the cache, which is made the first time. */
async function findUvicorn(): Promise<string> {
  const folder = join(cacheFolder(), "fastapi");
  const installed = join(folder, "bin", "uvicorn");
  const known = programPath("uvicorn") ?? (existsSync(installed) ? installed : undefined);
  if (known !== undefined) return known;
  const run = promisify(execFile);
  await run("python3", ["-m", "venv", folder]);
  await run(join(folder, "bin", "pip"), ["install", "--quiet", "fastapi[standard]"]);
  return installed;
}
