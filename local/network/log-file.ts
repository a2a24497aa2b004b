import { closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** In bytes, for each of a log's two files. An idle fleet's health checks fill one with flow records in 20 minutes. */
const limit = 16 * 1024 * 1024;

/**
 * Appends lines to a file; a full file is renamed to "<path>.1", replacing the previous one. The lines of one turn of the
 * event loop are written together, and at once: a stream would wake all of Node's threads for each health check.
 */
export class LogFile {
  private file: number | undefined;
  private bytes = 0;
  private unwritten = "";

  constructor(
    private readonly path: string,
    private readonly options = { limit },
  ) {
    rmSync(this.previousPath, { force: true });
    this.file = openSync(path, "w");
  }

  /** @param line without its line feed; ignored once the log is closed */
  write(line: string): void {
    if (this.file === undefined) return;
    const bytes = Buffer.byteLength(line) + 1;
    if (this.bytes > 0 && this.bytes + bytes > this.options.limit) this.rotate();
    this.bytes += bytes;
    if (this.unwritten === "") setImmediate(() => this.flush());
    this.unwritten += `${line}\n`;
  }

  /** Of all that was written so far. */
  async lastLines(count: number): Promise<string[]> {
    this.flush();
    const latest = await linesOf(this.path);
    if (latest.length >= count || !existsSync(this.previousPath)) return latest.slice(-count);
    return [...(await linesOf(this.previousPath)), ...latest].slice(-count);
  }

  close(): void {
    this.flush();
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private get previousPath(): string {
    return `${this.path}.1`;
  }

  private flush(): void {
    if (this.file !== undefined && this.unwritten !== "") writeFileSync(this.file, this.unwritten);
    this.unwritten = "";
  }

  private rotate(): void {
    this.close();
    renameSync(this.path, this.previousPath);
    this.file = openSync(this.path, "w");
    this.bytes = 0;
  }
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).split("\n").slice(0, -1);
}
