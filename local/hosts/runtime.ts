/** Chooses the Node that services run on: the hosts' runtime if this machine can run it, otherwise its own. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { extract } from "tar";
import { cacheFolder, markUsed } from "../../apps/shipping/cache";
import { digestOf } from "../../apps/shipping/digest";
import { runtime } from "../../apps/shipping/runtime";
import { workFolder } from "../../apps/shipping/work-folder";

/** In real milliseconds: well below the hour for which the cache keeps what nobody uses. */
const markInterval = 20 * 60 * 1000;

const isHostPlatform = process.platform === "linux" && process.arch === "x64";

export const runtimeInUse = isHostPlatform ? runtime.spec : `this machine's Node ${process.version}`;

/** @throws unless the archive on a host's disk is the runtime's, as after an interrupted copy */
export async function assertRuntime(archive: string): Promise<void> {
  const digest = await digestOf(archive, "sha256");
  if (!digest) throw new Error(`the runtime ${basename(archive)} was not copied`);
  const sha256 = digest.toString("hex");
  if (sha256 !== runtime.sha256)
    throw new Error(
      `${basename(archive)} is corrupt: its SHA-256 digest is ${sha256}, not ${runtime.sha256}`,
    );
}

/**
 * Puts the runtime in place on a host, as the install command would, but as a symbolic link to one shared copy. A hard
 * link fails if the cache is on another file system, and a copy still open for writing while a process forks can't be
 * executed (ETXTBSY), which would affect copies of an image too.
 */
export async function placeRuntime(archive: string, binary: string): Promise<void> {
  await mkdir(dirname(binary), { recursive: true });
  await symlink(isHostPlatform ? await unpackOnce(archive) : process.execPath, binary);
}

/** The path of the archive's binary, unpacked once for all hosts and regions. */
async function unpackOnce(archive: string): Promise<string> {
  const folder = join(cacheFolder(), runtime.sha256);
  const binary = join(folder, runtime.binary);
  if (!existsSync(binary))
    await (unpacking ??= unpack(archive, folder).finally(() => (unpacking = undefined)));
  keepInCache(folder);
  return binary;
}

/** Shared by hosts that are installed at the same time. */
let unpacking: Promise<void> | undefined;

async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const work = workFolder(cacheFolder());
  try {
    await extract({ file: archive, cwd: work, strict: true, filter: path => path === runtime.binary });
    await rename(work, folder).catch((error: unknown) => {
      // Another process unpacked it first.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

let keeper: NodeJS.Timeout | undefined;

/** Counts as a use for as long as this process runs: other projects may share the cache, and prune it. */
function keepInCache(folder: string): void {
  markUsed(folder);
  keeper ??= setInterval(() => {
    // The user may have emptied the cache.
    if (existsSync(folder)) markUsed(folder);
  }, markInterval).unref();
}
