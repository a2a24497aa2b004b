import { createWriteStream, existsSync, openSync, renameSync, rmSync, type WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";

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
    rmSync(this.previousPath, { force: true });
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

  /** Of all that was written so far. */
  async lastLines(count: number): Promise<string[]> {
    const latest = await this.linesOf(this.path);
    if (latest.length >= count || !existsSync(this.previousPath)) return latest.slice(-count);
    return [...(await this.linesOf(this.previousPath)), ...latest].slice(-count);
  }

  /** Resolves once everything is written. */
  async close(): Promise<void> {
    await Promise.all([this.previous, new Promise<void>(resolve => this.stream.end(resolve))]);
  }

  private get previousPath(): string {
    return `${this.path}.1`;
  }

  private async linesOf(path: string): Promise<string[]> {
    // An empty write completes after all pending ones.
    const { stream, previous } = this;
    if (stream.writable) await new Promise(resolve => stream.write("", resolve));
    await previous;
    return (await readFile(path, "utf8")).split("\n").slice(0, -1);
  }

  private rotate(): void {
    // Buffered lines still reach the old file: renaming doesn't affect its descriptor.
    this.previous = this.close();
    renameSync(this.path, this.previousPath);
    this.stream = open(this.path);
    this.bytes = 0;
  }
}

function open(path: string): WriteStream {
  return createWriteStream(path, { fd: openSync(path, "w") });
}
