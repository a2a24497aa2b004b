/**
 * SFTP, version 3 (draft-ietf-secsh-filexfer-02), in a host's files. Requests are answered strictly in order: when scp
 * is interrupted, it truncates the file after the last write in a row that was acknowledged.
 */
import { constants, type Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { utils, type Attributes, type Connection, type FileEntry, type SFTPWrapper } from "ssh2";
import { remoteUser } from "../../../apps/shipping/ship";
import type { HostFiles } from "./host-files";
import { endSftp } from "./private-calls";

const { OPEN_MODE, STATUS_CODE } = utils.sftp;

/** Requests that wait; clients have at most 64 under way unless told otherwise. */
const mostWaiting = 1024;
const mostHandles = 128;
/** The size of an image's root volume. */
const largestFile = 8 * 1024 ** 3;
/** Of a single read, and of the entries of a folder in one answer. */
const longestRead = 240 * 1024;
const entriesAtOnce = 100;
/** The first user of Amazon Linux; all files look like that user's own. */
const uid = 1000;

/** Attributes as a request gives them: any may be missing. */
type Given = Partial<Attributes>;

type Open = { file: FileHandle } | { entries: [name: string, Stats][] };

/** Serves SFTP until the client ends it or the signal fires, and the last request is done. */
export async function serveSftp(
  sftp: SFTPWrapper,
  connection: Connection,
  files: HostFiles,
  signal: AbortSignal,
): Promise<void> {
  const session = new SftpSession(sftp, files, signal);
  await new Promise<void>(resolve => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    sftp.once("end", resolve);
  });
  await session.close();
  // A client waits for its channel to end after it has sent its last request.
  if (!signal.aborted) endSftp(connection, sftp);
}

class SftpSession {
  private readonly handles = new Map<number, Open>();
  private nextHandle = 0;
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly sftp: SFTPWrapper,
    private readonly files: HostFiles,
    private readonly signal: AbortSignal,
  ) {
    sftp.on("error", () => undefined); // ssh2 has ended the channel
    this.serveFiles();
    this.serveFolders();
    this.serveAttributes();
  }

  /** Closes what is open, after the requests before. */
  async close(): Promise<void> {
    this.last = this.last.then(async () => {
      // Nobody is left to be told of a failure.
      await Promise.allSettled([...this.handles.keys()].map(id => this.release(id)));
    });
    await this.last;
  }

  private serveFiles(): void {
    const { sftp, files } = this;
    sftp.on("OPEN", (id, path, flags, attributes: Given) => {
      this.answer(id, async () => {
        if (this.handles.size >= mostHandles) throw new Error("too many open files");
        const file = await files.openFile(path, openFlags(flags), attributes.mode);
        sftp.handle(id, this.add({ file }));
      });
    });
    sftp.on("READ", (id, handle, offset, length) => {
      this.answer(id, async () => {
        const buffer = Buffer.alloc(Math.min(length, longestRead));
        const { bytesRead } = await this.file(handle).read(buffer, 0, buffer.length, offset);
        if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
        else sftp.data(id, buffer.subarray(0, bytesRead));
      });
    });
    sftp.on("WRITE", (id, handle, offset, data) => {
      this.answer(id, async () => {
        assertSize(offset + data.length);
        const file = this.file(handle);
        for (let start = 0; start < data.length;)
          start += (await file.write(data, start, data.length - start, offset + start)).bytesWritten;
        sftp.status(id, STATUS_CODE.OK);
      });
    });
    sftp.on("CLOSE", (id, handle) => {
      this.done(id, async () => {
        this.find(handle);
        await this.release(numberOf(handle));
      });
    });
    sftp.on("REMOVE", (id, path) => this.done(id, () => files.remove(path)));
    sftp.on("RENAME", (id, from, to) => this.done(id, () => files.rename(from, to)));
  }

  private serveFolders(): void {
    const { sftp, files } = this;
    sftp.on("MKDIR", (id, path, { mode }: Given) => this.done(id, () => files.mkdir(path, mode)));
    sftp.on("RMDIR", (id, path) => this.done(id, () => files.rmdir(path)));
    sftp.on("OPENDIR", (id, path) => {
      this.answer(id, async () => {
        sftp.handle(id, this.add({ entries: await files.list(path) }));
      });
    });
    sftp.on("READDIR", (id, handle) => {
      this.answer(id, () => {
        const open = this.find(handle);
        if (!("entries" in open)) throw new Error("not a folder");
        const entries = open.entries.splice(0, entriesAtOnce);
        if (entries.length === 0) sftp.status(id, STATUS_CODE.EOF);
        else sftp.name(id, entries.map(entryOf));
      });
    });
    sftp.on("REALPATH", (id, path) => {
      this.answer(id, () => {
        const filename = files.absolute(path);
        sftp.name(id, [{ filename, longname: filename } as FileEntry]);
      });
    });
  }

  private serveAttributes(): void {
    const { sftp, files } = this;
    const attributes = (id: number, get: () => Promise<Stats>) => {
      this.answer(id, async () => sftp.attrs(id, attributesOf(await get())));
    };
    sftp.on("STAT", (id, path) => attributes(id, () => files.stat(path)));
    sftp.on("LSTAT", (id, path) => attributes(id, () => files.lstat(path)));
    sftp.on("FSTAT", (id, handle) => attributes(id, () => this.file(handle).stat()));
    sftp.on("SETSTAT", (id, path, given: Given) => {
      this.done(id, () => files.change(path, file => change(file, given)));
    });
    sftp.on("FSETSTAT", (id, handle, given: Given) => this.done(id, () => change(this.file(handle), given)));
  }

  /** Answers a request whose answer is only whether it was done. */
  private done(id: number, act: () => Promise<void>): void {
    this.answer(id, async () => {
      await act();
      this.sftp.status(id, STATUS_CODE.OK);
    });
  }

  private answer(id: number, act: () => void | Promise<void>): void {
    if (++this.waiting > mostWaiting) this.sftp.destroy();
    this.last = this.last.then(async () => {
      this.waiting--;
      if (this.signal.aborted) return;
      try {
        await act();
      } catch (error) {
        this.sftp.status(id, ...statusOf(error));
      }
    });
  }

  private add(open: Open): Buffer {
    const id = this.nextHandle++;
    this.handles.set(id, open);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(id);
    return handle;
  }

  private find(handle: Buffer): Open {
    const open = this.handles.get(numberOf(handle));
    if (!open) throw new Error("not an open handle");
    return open;
  }

  private file(handle: Buffer): FileHandle {
    const open = this.find(handle);
    if (!("file" in open)) throw new Error("not a file");
    return open.file;
  }

  private async release(id: number): Promise<void> {
    const open = this.handles.get(id);
    this.handles.delete(id);
    if (open && "file" in open) await open.file.close();
  }
}

function numberOf(handle: Buffer): number {
  return handle.length === 4 ? handle.readUInt32BE() : -1;
}

/** SFTP's flags in those of open(2). */
function openFlags(flags: number): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_TRUNC, O_EXCL } = constants;
  const has = (flag: number) => (flags & flag) !== 0;
  const access = has(OPEN_MODE.WRITE) ? (has(OPEN_MODE.READ) ? O_RDWR : O_WRONLY) : O_RDONLY;
  return (
    access |
    (has(OPEN_MODE.APPEND) ? O_APPEND : 0) |
    (has(OPEN_MODE.CREAT) ? O_CREAT : 0) |
    (has(OPEN_MODE.TRUNC) ? O_TRUNC : 0) |
    (has(OPEN_MODE.EXCL) ? O_EXCL : 0)
  );
}

async function change(file: FileHandle, { size, mode, atime, mtime, ...owner }: Given): Promise<void> {
  // Only root may give files away.
  if ((owner.uid ?? uid) !== uid || (owner.gid ?? uid) !== uid)
    throw Object.assign(new Error("not permitted"), { code: "EPERM" });
  if (size !== undefined) {
    assertSize(size);
    await file.truncate(size);
  }
  if (mode !== undefined) await file.chmod(mode & 0o777);
  if (atime !== undefined && mtime !== undefined) await file.utimes(atime, mtime);
}

function assertSize(bytes: number): void {
  if (bytes > largestFile) throw new Error("no space left on device");
}

function attributesOf({ mode, size, atimeMs, mtimeMs }: Stats): Attributes {
  const [atime, mtime] = [Math.floor(atimeMs / 1000), Math.floor(mtimeMs / 1000)];
  return { mode, size, uid, gid: uid, atime, mtime };
}

/** A folder's entry, with the line of `ls -l` that sftp shows. */
function entryOf([filename, stats]: [string, Stats]): FileEntry {
  const type = stats.isDirectory() ? "d" : stats.isSymbolicLink() ? "l" : "-";
  const rights = [6, 3, 0].map(shift => {
    const bits = stats.mode >> shift;
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;
  });
  const time = stats.mtime.toISOString().slice(0, 16).replace("T", " ");
  const longname = `${type}${rights.join("")} ${stats.nlink} ${remoteUser} ${remoteUser} ${stats.size} ${time} ${filename}`;
  return { filename, longname, attrs: attributesOf(stats) };
}

/** The code as OpenSSH's sftp-server has it (errno_to_portable); a text only if it is ours. */
function statusOf(error: unknown): [code: number, text?: string] {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ELOOP":
      return [STATUS_CODE.NO_SUCH_FILE];
    case "EPERM":
    case "EACCES":
      return [STATUS_CODE.PERMISSION_DENIED];
    case "ENAMETOOLONG":
    case "EINVAL":
    case "ERR_INVALID_ARG_VALUE": // a NUL in a path
      return [STATUS_CODE.BAD_MESSAGE];
    case undefined:
      return [STATUS_CODE.FAILURE, message];
    default:
      return [STATUS_CODE.FAILURE, code];
  }
}
