import { createWriteStream, openSync, renameSync, type WriteStream } from "node:fs";

/** In bytes, for each of a log's two files. An idle fleet's health checks fill one with flow records in 20 minutes. */
const limit = 16 * 1024 * 1024;

/** Appends lines to a file; a full file is renamed to "<path>.1", replacing the previous one. */
export class LogFile {
  private stream: WriteStream;
  private bytes = 0;
  /** Resolves once the previous file is fully written. */
  private previous = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly options = { limit },
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

  /** Resolves once everything is written. */
  async close(): Promise<void> {
    await Promise.all([this.previous, new Promise<void>(resolve => this.stream.end(resolve))]);
  }

  private rotate(): void {
    // Buffered lines still reach the old file: renaming doesn't affect its descriptor.
    this.previous = this.close();
    renameSync(this.path, `${this.path}.1`);
    this.stream = open(this.path);
    this.bytes = 0;
  }
}

function open(path: string): WriteStream {
  return createWriteStream(path, { fd: openSync(path, "w") });
}
