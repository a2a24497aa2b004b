/** Commands on this machine, and how they end. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export interface Outcome {
  /** Or the signal that killed it. */
  code: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Outcome>;
}

/** @param onStderr called with each line of its standard error */
export function start(
  [command, ...args]: readonly [string, ...string[]],
  { input = "", onStderr }: { input?: string; onStderr?: (line: string) => void } = {},
): Running {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => (said[stream] += text));
  }
  if (onStderr) createInterface(child.stderr).on("line", onStderr);
  child.stdin.on("error", () => undefined); // it may exit before it has read everything; its exit code tells
  child.stdin.end(input);
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? signal ?? 0, ...said }));
  });
  return { child, ended };
}

/** @throws unless it exits with 0 */
export async function run(command: readonly [string, ...string[]], input?: string): Promise<string> {
  const { code, stdout, stderr } = await start(command, { input }).ended;
  if (code !== 0)
    throw new Error(`${command.join(" ")} ended with ${code}:\n${(stdout + stderr).slice(-3000)}`);
  return stdout;
}
