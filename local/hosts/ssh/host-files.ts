/**
 * A host's files as its login user may use them: all of the host's folder can be read, its home and /tmp changed. No
 * symbolic link is followed, so no path leads out of the folder: each folder on the way is opened from the one before,
 * which on Linux leaves no moment to put a link in its place.
 */
import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rmdir, unlink, type FileHandle } from "node:fs/promises";
import { posix } from "node:path";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const isLinux = process.platform === "linux";
/** PATH_MAX of Linux. */
const longestPath = 4096;
/** Without the set-user-ID bit and its like, which would count on this machine. */
const permissions = 0o777;

interface Folder {
  handle: FileHandle;
  /** For systems where nothing can be opened relative to the handle. */
  path: string;
}

export class HostFiles {
  constructor(
    private readonly root: string,
    readonly home: string,
  ) {}

  /** A path, by itself or from the home folder, from the host's root and without "." and "..". */
  absolute(path: string): string {
    if (path.length > longestPath) throw failure("ENAMETOOLONG");
    return posix.resolve("/", this.home, path);
  }

  /** Opens a regular file with open(2)'s flags. */
  async openFile(path: string, flags: number, mode = 0o666): Promise<FileHandle> {
    if (flags !== O_RDONLY) this.assertWritable(path);
    return this.open(path, flags, mode, stats => stats.isFile());
  }

  /** Changes the attributes of a file or folder. */
  async change(path: string, use: (handle: FileHandle) => Promise<void>): Promise<void> {
    if (this.absolute(path) !== this.home) this.assertWritable(path);
    const handle = await this.open(path, O_RDONLY, 0, stats => stats.isFile() || stats.isDirectory());
    try {
      await use(handle);
    } finally {
      await handle.close();
    }
  }

  /** A link's own attributes. */
  async lstat(path: string): Promise<Stats> {
    return this.at(path, entry => lstat(entry));
  }

  /** @throws for a symbolic link */
  async stat(path: string): Promise<Stats> {
    const stats = await this.lstat(path);
    if (stats.isSymbolicLink()) throw failure("ELOOP");
    return stats;
  }

  async list(path: string): Promise<[name: string, Stats][]> {
    return this.at(path, async entry => {
      const folder = await openFolder(entry);
      try {
        const names = await readdir(entryOf(folder, "."));
        const entries: [string, Stats][] = [];
        for (const name of [".", ...names]) entries.push([name, await lstat(entryOf(folder, name))]);
        return entries;
      } finally {
        await folder.handle.close();
      }
    });
  }

  async mkdir(path: string, mode = 0o777): Promise<void> {
    this.assertWritable(path);
    await this.at(path, entry => mkdir(entry, mode & permissions));
  }

  async rmdir(path: string): Promise<void> {
    this.assertWritable(path);
    await this.at(path, entry => rmdir(entry));
  }

  async remove(path: string): Promise<void> {
    this.assertWritable(path);
    await this.at(path, entry => unlink(entry));
  }

  /** @throws if the new path exists, as version 3 of SFTP wants it */
  async rename(from: string, to: string): Promise<void> {
    this.assertWritable(from);
    this.assertWritable(to);
    await this.at(from, source =>
      this.at(to, async target => {
        const exists = await lstat(target).then(
          () => true,
          () => false,
        );
        if (exists) throw failure("EEXIST");
        await rename(source, target);
      }),
    );
  }

  private async open(
    path: string,
    flags: number,
    mode: number,
    isExpected: (stats: Stats) => boolean,
  ): Promise<FileHandle> {
    // Without O_NONBLOCK, opening a named pipe would wait for its other end.
    const all = flags | O_NOFOLLOW | O_NONBLOCK;
    const handle = await this.at(path, entry => open(entry, all, mode & permissions));
    try {
      if (!isExpected(await handle.stat())) throw failure("EISDIR");
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Calls back with a path to what may be there, whose folders can't be exchanged meanwhile. */
  private async at<T>(path: string, use: (entry: string) => Promise<T>): Promise<T> {
    const names = this.absolute(path)
      .split("/")
      .filter(name => name !== "");
    const last = names.pop() ?? ".";
    let folder = await openFolder(this.root);
    try {
      for (const name of names) {
        const next = await openFolder(entryOf(folder, name));
        await folder.handle.close();
        folder = next;
      }
      return await use(entryOf(folder, last));
    } finally {
      await folder.handle.close();
    }
  }

  private assertWritable(path: string): void {
    const absolute = this.absolute(path);
    if (![this.home, "/tmp"].some(folder => absolute.startsWith(`${folder}/`))) throw failure("EACCES");
  }
}

async function openFolder(path: string): Promise<Folder> {
  return { handle: await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path };
}

function entryOf({ handle, path }: Folder, name: string): string {
  return isLinux ? `/proc/self/fd/${handle.fd}/${name}` : posix.join(path, name);
}

/** An error as the system gives them. */
function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
