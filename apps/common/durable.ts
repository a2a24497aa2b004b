/** Writes that survive a power cut: bytes before names, as fsync(2) describes it. */
import nodeFileSystem, { open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What replacing a file needs of node:fs/promises. */
export interface FileSystem {
  open(path: string, flags: "r" | "w"): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
}

export interface OpenFile {
  writeFile(text: string): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

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

/** Gives a file this content, or leaves it as it was. Which of the two is durable only once its folder is synced. */
export async function replaceFile(
  path: string,
  text: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  // Overwrites what an earlier attempt left behind.
  const temporary = `${path}.new`;
  const file = await fileSystem.open(temporary, "w");
  try {
    await file.writeFile(text);
    // Before the rename, or the new name could reach the disk ahead of the bytes behind it.
    await file.sync();
  } finally {
    await file.close();
  }
  await fileSystem.rename(temporary, path);
}

/** Gives a file this content, durably, or leaves it as it was. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await replaceFile(path, text);
  await sync(dirname(path));
}
