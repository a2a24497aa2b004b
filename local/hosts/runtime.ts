/** Chooses the Node that services run on: the hosts' runtime if this machine can run it, otherwise its own. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { extract } from "tar";
import { cacheFolder } from "../../apps/shipping/cache";
import { runtime } from "../../apps/shipping/runtime";

const isHostPlatform = process.platform === "linux" && process.arch === "x64";

export const runtimeInUse = isHostPlatform ? runtime.spec : `this machine's Node ${process.version}`;

/**
 * Puts the runtime in place on a host, as the install command would, but as a symbolic link to one shared copy. A hard
 * link fails if the cache is on another file system, and a copy still open for writing while a process forks can't be
 * executed (ETXTBSY), which would affect copies of an image too.
 */
export async function placeRuntime(archive: string, binary: string): Promise<void> {
  if (existsSync(binary)) return;
  await mkdir(dirname(binary), { recursive: true });
  await symlink(isHostPlatform ? await unpackOnce(archive) : process.execPath, binary);
}

/** The path of the archive's binary, unpacked once for all hosts and regions. */
async function unpackOnce(archive: string): Promise<string> {
  const folder = join(cacheFolder(), runtime.sha256);
  const binary = join(folder, runtime.binary);
  if (existsSync(binary)) return binary;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), "unpack-"));
  try {
    await extract({ file: archive, cwd: work, strict: true, filter: path => path === runtime.binary });
    await rename(work, folder).catch((error: unknown) => {
      // Another process unpacked it first.
      if (!existsSync(binary)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binary;
}
