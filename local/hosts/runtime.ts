/** The Node that services run on in the local region: the one that hosts get, where this machine can run it. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { extract } from "tar";
import { cacheFolder } from "../../apps/shipping/cache";
import { runtime } from "../../apps/shipping/runtime";

const isHostPlatform = process.platform === "linux" && process.arch === "x64";

/** What services run on here, in words. */
export const runtimeInUse = isHostPlatform ? runtime.spec : `this machine's Node ${process.version}`;

/**
 * Puts the runtime in place on a host, as the install command does there. As a link to the one that all have: the cache
 * may be on another file system; and a copy that is still open for writing while a process is forked can't be executed
 * (ETXTBSY), which would befall the copies of an image, too.
 */
export async function placeRuntime(archive: string, binary: string): Promise<void> {
  if (existsSync(binary)) return;
  await mkdir(dirname(binary), { recursive: true });
  await symlink(isHostPlatform ? await unpacked(archive) : process.execPath, binary);
}

/** The binary out of the archive, unpacked once for all hosts and all regions. */
async function unpacked(archive: string): Promise<string> {
  const folder = join(cacheFolder(), runtime.sha256);
  const binary = join(folder, runtime.binary);
  if (existsSync(binary)) return binary;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), "unpack-"));
  try {
    await extract({ file: archive, cwd: work, strict: true, filter: path => path === runtime.binary });
    await rename(work, folder).catch((error: unknown) => {
      // Somebody else was faster.
      if (!existsSync(binary)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binary;
}
