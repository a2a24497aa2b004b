/**
 * The local region as people start it, from the command line. It runs in a copy of the project, as it keeps its
 * files in the project's folder and occupies it: whoever runs the tests may have a region of their own there.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./region";
import { familyOf, kill } from "./processes";
import { eventually } from "./eventually";

const copies: string[] = [];
const ends: (() => Promise<void>)[] = [];

/** To be given to `afterEach`: ends the commands that still run, and all that they have started. */
export async function endCommands(): Promise<void> {
  for (const end of ends.splice(0)) await end();
}

/** To be given to `afterAll`. */
export function removeCopies(): void {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true });
}

/** Path of a copy of the project, without its tests. */
export function copyOfProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "elastic-fleet-project-"));
  copies.push(copy);
  for (const name of [
    "apps",
    "infra",
    "local",
    "package.json",
    "tsconfig.json",
    "Pulumi.yaml",
    "Pulumi.dev.yaml",
  ]) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: path => !path.endsWith(".test.ts"),
    });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** `npm start -- ARGS` does the same. */
export function start(project: string, args: string[] = []): Command {
  return run(project, [process.execPath, "--require", "tsx/cjs", "local/main.ts", ...args]);
}

export interface Command {
  pid: number;
  /** What it has written to standard output and standard error. */
  stdout: () => string;
  stderr: () => string;
  /** How it ended: its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Resolves to the first match in standard output. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
  kill: (signal: NodeJS.Signals) => void;
}

export function run(folder: string, [program = "", ...args]: string[]): Command {
  // Not npm's variables: that it was started by npm would be true of the tests, not of what they start.
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"));
  const child = spawn(program, args, {
    cwd: folder,
    env: Object.fromEntries(environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  }
  let isOver = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      isOver = true;
      resolve(code ?? signal ?? 0);
    });
  });
  const { pid = 0 } = child;
  ends.push(async () => {
    if (!isOver) kill(await familyOf(pid));
    await ended;
  });
  return {
    pid,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended,
    says: pattern =>
      eventually(
        `"${args.join(" ")}" says ${String(pattern)}`,
        () => {
          const found = pattern.exec(output.stdout);
          if (!found && isOver) throw new Error(`it has ended without it: ${output.stderr}`);
          return found ?? undefined;
        },
        50_000,
      ),
    kill: signal => {
      child.kill(signal);
    },
  };
}
