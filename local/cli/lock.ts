/** One region at a time in a folder. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Takes the folder for this process, until it ends in whatever way: a socket answers only while somebody
 * holds it. Resolves to what gives it back.
 * @throws when another process has it
 */
export async function acquireLock(folder: string): Promise<() => Promise<void>> {
  // Not in the folder itself: a socket's path has 100 characters at most.
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  const path = join(tmpdir(), `elastic-fleet-${name}.sock`);
  const server = net.createServer(socket => socket.destroy());
  try {
    await listen(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (await answers(path)) {
      throw new Error(
        `another local region is running in this project; end it first (its files are in ${folder})`,
        { cause: error },
      );
    }
    // Left behind by a process that was killed.
    await rm(path, { force: true });
    await listen(server, path);
  }
  server.unref();
  return async () => {
    server.close();
    await once(server, "close");
  };
}

async function listen(server: net.Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, "listening");
}

async function answers(path: string): Promise<boolean> {
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
