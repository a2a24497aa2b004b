/**
 * The local region as people start it, from the command line. It runs in a copy of the project, because it keeps its
 * files in the project's folder and locks it: whoever runs the tests may have a region running there.
 */
import { spawn } from "node:child_process";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { readShellEnvironment } from "../local/cli/shell-environment";
import { onCleanUp } from "./clean-up";
import { eventually } from "./eventually";
import { temporaryFolder } from "./folders";
import { familyOf, kill } from "./processes";
import { root, type HostAddresses } from "./region";

/** @returns the path of a copy of the project, without its tests */
export function copyOfProject(copy = temporaryFolder()): string {
  for (const name of [
    "apps",
    "infra",
    "local",
    "ops",
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

/** What the started program left for users in the project: where the local Internet is, and the stack's outputs. */
export function startedIn(project: string): { internet: string; outputs: Outputs } {
  const read = (name: string) => readFileSync(join(project, ".local", name), "utf8");
  const { internetUrl: internet = "" } = readShellEnvironment(read("env")) ?? {};
  return { internet, outputs: JSON.parse(read("outputs.json")) as Outputs };
}

interface Outputs {
  dataReadUrl: string;
  hosts: Record<string, HostAddresses>;
  receiverLoadBalancerDns: string;
  receiverLoadBalancerUrl: string;
  fleetLoadBalancerDns: string;
  fleetLoadBalancerUrl: string;
  autoScalingGroupName: string;
}

/** `npm start -- ARGS` does the same. */
export function start(project: string, args: string[] = []): Command {
  return run(project, [
    process.execPath,
    "--require",
    "./infra/typescript.cjs",
    "local/main.ts",
    "start",
    ...args,
  ]);
}

/** `cleanUp` kills it, and everything it started. */
export interface Command {
  pid: number;
  /** Its standard output and standard error so far. */
  stdout: () => string;
  stderr: () => string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Resolves to the first match in standard output. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
  kill: (signal: NodeJS.Signals) => void;
  /** Writes to its standard input. */
  write: (text: string) => void;
}

/** @param environment on top of this process's own */
export function run(
  folder: string,
  [program = "", ...args]: string[],
  environment: NodeJS.ProcessEnv = {},
): Command {
  // Without npm's variables: npm may have started the tests, but it doesn't start this.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"));
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: "pipe",
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
  onCleanUp(async () => {
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
    kill: signal => child.kill(signal),
    write: text => child.stdin.write(text),
  };
}
