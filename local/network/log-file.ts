import { createWriteStream, openSync, renameSync, type WriteStream } from "node:fs";

/** Of each of a log's two files. A fleet at rest writes this much of flow records in some 40 minutes, a check being one. */
const limit = 32 * 1024 * 1024;

/** Lines in a file; when that is full, it becomes "<path>.1", in the place of the one before it. */
export class LogFile {
  private stream: WriteStream;
  private bytes = 0;
  /** Until the file before this one is written. */
  private before = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly options: { limit: number } = { limit },
  ) {
    this.stream = open(path);
  }

  /** @param line without its line feed; ignored once the log is closed */
  write(line: string): void {
    if (!this.stream.writable) return;
    const bytes = Buffer.byteLength(line) + 1;
    if (this.bytes > 0 && this.bytes + bytes > this.options.limit) this.rotate();
    this.bytes += bytes;
    this.stream.write(`${line}\n`);
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    await Promise.all([this.before, end(this.stream)]);
  }

  private rotate(): void {
    // What it still holds back goes into the same file, whatever that is called.
    this.before = this.close();
    renameSync(this.path, `${this.path}.1`);
    this.stream = open(this.path);
    this.bytes = 0;
  }
}

function end(stream: WriteStream): Promise<void> {
  return new Promise(resolve => stream.end(resolve));
}

function open(path: string): WriteStream {
  return createWriteStream(path, { fd: openSync(path, "w") });
}
