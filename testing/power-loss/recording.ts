/** Runs programs under strace(1), to know what they really ask of the disk. */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { temporaryFolder } from "../folders";
import { Disk } from "./disk";
import { digestOf, snapshotOf, textOf, type Snapshot } from "./snapshot";
import { linesOf, Replay, tracedCalls, type Line } from "./trace";

export const programs = { strace: "apt-get install strace" };

/** In memory where that is possible: a model says what a disk would do, and syncs take no time. */
export function folderInMemory(): string {
  return realpathSync(temporaryFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir()));
}

export interface Recording {
  /** The folder that the program may change. */
  root: string;
  /** The folder before. */
  initial: Snapshot;
  lines: Line[];
}

/** A program under strace. */
export interface Recorded {
  child: ChildProcess;
  /** To be called once `child` is closed. */
  end: () => Recording;
}

/**
 * @param root the folder that it may change
 * @param inject faults, as strace's option of that name has them
 */
export function record(
  root: string,
  command: string,
  args: string[],
  { env, stdio, inject = [] }: { env: NodeJS.ProcessEnv; stdio: StdioOptions; inject?: string[] },
): Recorded {
  const initial = snapshotOf(root);
  const file = join(temporaryFolder(), "trace");
  const options = [
    // The program is our child, strace its; the trace is complete once both have closed our pipes.
    ...["-D", "-f", "-y", "-xx", "-s", String(2 ** 24), "-o", file],
    ...["-e", `trace=${tracedCalls.map(name => `?${name}`).join(",")}`],
    ...inject.flatMap(fault => ["-e", `inject=${fault}`]),
  ];
  const child = spawn("sh", ["-c", 'umask 0; exec "$@"', "sh", "strace", ...options, command, ...args], {
    env: { PATH: process.env["PATH"], ...env, UV_USE_IO_URING: "0" },
    stdio,
  });
  const end = () => {
    const lines = [...linesOf(readFileSync(file, "utf8"))];
    const disk = new Disk(initial);
    const replay = new Replay(disk, root);
    for (const line of lines) replay.take(line);
    // Whatever the trace or the model had missed, it would show here.
    if (digestOf(disk.snapshot()) !== digestOf(snapshotOf(root)))
      throw new Error(
        `the recorded calls lead to\n${textOf(disk.snapshot())}\nbut there is\n${textOf(snapshotOf(root))}`,
      );
    return { root, initial, lines };
  };
  return { child, end };
}
