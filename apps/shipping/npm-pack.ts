/** Fetches a package's archive by npm, with its settings: registry, proxy, certificates, credentials. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { workFolder } from "./work-folder";

/** In real milliseconds. */
export interface Patience {
  /** Between two looks at what has arrived. */
  pollInterval: number;
  /** Without a new byte, after which the fetch fails. */
  stallTimeout: number;
}

/**
 * Fetches into a temporary folder, which it removes even if this process exits meanwhile.
 * @param spec the package and its version
 * @param onProgress receives the bytes fetched so far
 * @param use is given the folder that holds the archive, which is removed afterwards
 * @throws an error with npm's reason
 */
export async function withPackage<Result>(
  spec: string,
  folder: string,
  onProgress: (bytes: number) => void,
  patience: Patience,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const download = workFolder(folder);
  // In a process group of its own, Ctrl-C in the terminal doesn't reach it before this process has decided to end it.
  const npm = spawn("npm", packArguments(spec, download), {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const remove = () => {
    npm.kill("SIGKILL");
    rmSync(download, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", remove);
  const isOver = new AbortController();
  try {
    let said = "";
    npm.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const [code] = (await Promise.race([
      once(npm, "close"),
      stall(download, onProgress, patience, isOver.signal),
    ])) as [number | null];
    if (code !== 0) throw new Error(reasonIn(said) ?? "npm ended without a reason");
    return await use(download);
  } finally {
    isOver.abort();
    process.off("exit", remove);
    remove();
  }
}

function packArguments(spec: string, download: string): string[] {
  return [
    ...["pack", spec, "--pack-destination", download],
    // A cache of its own, so that the archive isn't kept twice, and what has arrived can be seen.
    ...["--cache", join(download, "npm-cache"), "--logs-max=0"],
    // By default it would retry for more than a minute.
    ...["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=1000"],
    "--loglevel=error", // --silent would also hide why npm failed
  ];
}

/** @throws once nothing has arrived for the stall timeout, or the signal fires */
async function stall(
  download: string,
  onProgress: (bytes: number) => void,
  { pollInterval, stallTimeout }: Patience,
  signal: AbortSignal,
): Promise<never> {
  let arrived = 0;
  let since = performance.now();
  for (;;) {
    await delay(pollInterval, undefined, { signal });
    const now = await largestFileIn(download);
    if (now !== arrived) since = performance.now();
    arrived = now;
    onProgress(arrived);
    const idle = performance.now() - since;
    if (idle > stallTimeout)
      throw new Error(`nothing has arrived for ${Math.round(idle / 1000)} s, after ${megabytes(arrived)} MB`);
  }
}

/** In bytes. While npm fetches an archive, that is its largest file. */
async function largestFileIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter(entry => entry.isFile())
    // npm moves its files about.
    .map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return Math.max(0, ...(await Promise.all(sizes)));
}

/** Of 10^6 bytes. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

/** The line of npm's error output that says what happened, without npm's labels; undefined if there is none. */
export function reasonIn(output: string): string | undefined {
  const lines = output.split("\n").map(line => line.replace(/^npm (error|ERR!) ?/, "").trim());
  return lines
    .find(line => line !== "" && !/^(code|errno|syscall) /.test(line))
    ?.replace(/^(network|notarget|FetchError:|\d+(?= \d+ )) /, "");
}
