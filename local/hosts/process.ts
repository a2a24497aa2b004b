/** Starts child processes that never outlive the region, however it ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

/**
 * Starts a guard and then becomes the child. The guard waits for the region's end of the pipe at descriptor 5 to close,
 * which happens even if the region is killed, and then kills the whole process group.
 */
const guardScript = [
  `(trap "" TERM INT HUP QUIT; cat <&5 3<&- 4<&-; kill -9 -$$) 3<&- 4<&- </dev/null >/dev/null 2>&1 &`,
  `exec 5<&-`,
  `exec "$@"`,
].join("\n");

export interface GuardedProcess {
  pid: number;
  stdout: Readable;
  stderr: Readable;
  /** Resolves once the process has ended, to a phrase such as "exited with code 1". */
  ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * A missing program exits with code 127, as in a shell.
 * @throws if `cwd` doesn't exist
 */
export async function start(
  [program, ...args]: readonly [string, ...string[]],
  options: { cwd: string; environment: Record<string, string> },
): Promise<GuardedProcess> {
  const child: ChildProcess = spawn("/bin/sh", ["-c", guardScript, "sh", program, ...args], {
    cwd: options.cwd,
    env: options.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ignore", "ignore", "pipe"],
  });
  await once(child, "spawn");
  const { pid, stdout, stderr } = child;
  const guard = (child.stdio as unknown[])[5] as Readable;
  if (pid === undefined || !stdout || !stderr) throw new Error(`${program} has no pipes`);
  guard.on("error", () => undefined);
  return {
    pid,
    stdout,
    stderr,
    ended: new Promise(resolve => {
      child.once("exit", (code, signal) => {
        // Kills whatever the child left behind.
        guard.destroy();
        resolve(signal ? `was killed by ${signal}` : `exited with code ${code}`);
      });
    }),
    kill(signal) {
      child.kill(signal);
    },
  };
}
