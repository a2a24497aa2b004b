/** Programs of bench/programs/, each in a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onCleanUp } from "../testing/clean-up";
import { bundleFile } from "../testing/services";
import packageFile from "../package.json";
import type { Machine } from "./machine";

/** That which is a local region, and so runs from its sources. */
const region = "region";

/** What `npm start` tells Node. */
const [, regionOptions = ""] = /node (.*) local\/main\.ts/.exec(packageFile.scripts.start) ?? [];

/** Starts a program as users run such a one, on the Node of the hosts; `cleanUp` ends it. */
export async function startProgram(
  { node, ...machine }: Machine,
  place: "measured" | "beside",
  program: string,
  environment: Record<string, string> = {},
): Promise<ChildProcess> {
  const source = join(__dirname, "programs", `${program}.ts`);
  const words = program === region ? [...regionOptions.split(" "), source] : [await bundleFile(source)];
  const child = spawn("env", [...machine[place], node, ...words], {
    cwd: join(__dirname, ".."),
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  onCleanUp(async () => {
    if (child.exitCode !== null) return;
    const exit = once(child, "exit"); // it may write until then
    child.kill("SIGKILL");
    await exit;
  });
  return child;
}

/** What a program sends next. Rejects if it exits first. */
export async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const exit = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.at(-1)} ended with ${String(code)}`);
  });
  try {
    const [message] = (await Promise.race([once(child, "message"), exit])) as [Message];
    return message;
  } finally {
    ended.abort();
    exit.catch(() => undefined);
  }
}

export interface Server {
  pid: number;
  /** By the name of its socket. */
  ports: Record<string, number>;
}

export async function startServer(...program: Parameters<typeof startProgram>): Promise<Server> {
  const child = await startProgram(...program);
  return { pid: child.pid ?? 0, ports: await nextMessage<Record<string, number>>(child) };
}
