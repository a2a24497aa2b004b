/** Allows one region per folder. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Locks the folder for this process until it exits, however that happens: a socket accepts connections only while
 * its owner lives. Resolves to a function that releases the lock.
 * @throws if another process holds it
 */
export async function acquireLock(folder: string): Promise<() => Promise<void>> {
  const path = socketPath(folder);
  const server = net.createServer(socket => socket.destroy());
  try {
    await listen(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (await accepts(path))
      throw new Error(
        `another local region is running in this project; stop it first (its files are in ${folder})`,
        { cause: error },
      );
    // Left behind by a killed process.
    await rm(path, { force: true });
    await listen(server, path);
  }
  server.unref();
  return async () => {
    server.close();
    await once(server, "close");
  };
}

/** Whether a process holds the folder's lock. */
export function isLocked(folder: string): Promise<boolean> {
  return accepts(socketPath(folder));
}

/** Not in the folder itself: a socket's path is limited to about 100 characters. */
function socketPath(folder: string): string {
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  // Linux's abstract sockets are no files: none is left behind, and it doesn't matter which temporary folder is set.
  if (process.platform === "linux") return `\0elastic-fleet-${name}`;
  return join(tmpdir(), `elastic-fleet-${name}.sock`);
}

async function listen(server: net.Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, "listening");
}

async function accepts(path: string): Promise<boolean> {
  const socket = net.connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
