/** Starts child processes that never outlive the region, however it ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { firstDescriptor } from "../../apps/common/listening";

/**
 * Starts a guard and then becomes the child. The guard waits for the region's end of the pipe behind the sockets to
 * close, which happens even if the region is killed, and then kills the whole process group.
 */
function guardScript(sockets: number): string {
  const pipe = firstDescriptor + sockets;
  const closed = Array.from({ length: sockets }, (_, index) => `${firstDescriptor + index}<&-`).join(" ");
  return [
    `(trap "" TERM INT HUP QUIT; cat <&${pipe}; kill -9 -$$) ${closed} </dev/null >/dev/null 2>&1 &`,
    `exec ${pipe}<&-`,
    ...(sockets > 0 ? ["export LISTEN_PID=$$"] : []),
    `exec "$@"`,
  ].join("\n");
}

export interface GuardedProcess {
  pid: number;
  stdout: Readable;
  stderr: Readable;
  /** Resolves once the process has ended, to a phrase such as "exited with code 1". */
  ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

export interface ProcessOptions {
  cwd: string;
  environment: Record<string, string>;
  /** Listening sockets that it inherits, at most six, as sd_listen_fds_with_names(3) specifies. */
  sockets?: readonly { name: string; fd: number }[];
}

/**
 * A missing program exits with code 127, as in a shell.
 * @throws if `cwd` doesn't exist
 */
export async function start(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, environment, sockets = [] }: ProcessOptions,
): Promise<GuardedProcess> {
  const inherited = {
    LISTEN_FDS: String(sockets.length),
    LISTEN_FDNAMES: sockets.map(({ name }) => name).join(":"),
  };
  const child: ChildProcess = spawn("/bin/sh", ["-c", guardScript(sockets.length), "sh", program, ...args], {
    cwd,
    env: { ...environment, ...(sockets.length > 0 && inherited) },
    detached: true,
    stdio: ["ignore", "pipe", "pipe", ...sockets.map(({ fd }) => fd), "pipe"],
  });
  await once(child, "spawn");
  const { pid, stdout, stderr } = child;
  const guard = (child.stdio as unknown[])[firstDescriptor + sockets.length] as Readable;
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
    kill: signal => void child.kill(signal),
  };
}
