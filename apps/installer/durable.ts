/** Writes that survive a power cut: bytes before names, as fsync(2) describes it. */
import { open, readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Makes the names in a folder, or the bytes of a file, durable. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder of files durable, before it gets the name by which others find it. */
export async function syncFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await sync(join(folder, name));
  await sync(folder);
}

/** Gives a file this content, or leaves it as it was. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(`${path}.new`, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await renameDurably(`${path}.new`, path);
}

export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await sync(dirname(to));
}
