/** `tail --follow=name`, by the file system's events. */
import { once } from "node:events";
import { watch } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";

/**
 * Writes what is appended to a file after `position`, and everything once it starts anew.
 * @throws once the signal fires, or if it can't be read or written
 */
export async function follow(
  path: string,
  position: number,
  write: (data: Buffer) => Promise<void>,
  signal: AbortSignal,
): Promise<never> {
  const watcher = watch(dirname(path));
  let isChanged = true;
  watcher.on("change", (_event, name) => {
    if (name === basename(path)) isChanged = true;
  });
  try {
    for (;;) {
      while (!isChanged) await once(watcher, "change", { signal });
      signal.throwIfAborted();
      isChanged = false;
      position = await copy(path, position, write);
    }
  } finally {
    watcher.close();
  }
}

/** Copies to the end, from the start if the file has become shorter; resolves to where it ended. */
async function copy(path: string, position: number, write: (data: Buffer) => Promise<void>): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size < position) position = 0;
    for (const buffer = Buffer.alloc(64 * 1024); ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return position;
      await write(Buffer.from(buffer.subarray(0, bytesRead)));
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}
