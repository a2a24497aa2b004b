/**
 * The seed on disk: a file that holds a complete seed, the old or the new, whenever the process or the machine dies.
 * `{"num":42}` and not `42`, so that a truncated file can't pass for a smaller number.
 */
import nodeFileSystem from "node:fs/promises";
import { dirname } from "node:path";
import * as durable from "../common/durable";
import { seedUpdateSchema } from "../common/seed";

/** What is needed of node:fs/promises. */
export interface FileSystem extends durable.FileSystem {
  readFile(path: string, encoding: "utf8"): Promise<string>;
  stat(path: string): Promise<{ isFile(): boolean }>;
}

export class SeedFile {
  private constructor(
    private readonly fileSystem: FileSystem,
    private readonly path: string,
    /** Kept open to make renames in it durable. */
    private readonly folder: durable.OpenFile,
    /** The seed that the file held when it was opened; 0 if there was no file. */
    readonly initial: number,
  ) {}

  /** @throws if the folder is missing, or the file holds no seed: a lost seed must not look like 0 */
  static async open(path: string, fileSystem: FileSystem = nodeFileSystem): Promise<SeedFile> {
    const initial = await readSeed(path, fileSystem);
    const folder = await fileSystem.open(dirname(path), "r");
    // Its writer may have been killed before this step, and what readers are told must survive a power cut.
    await folder.sync();
    return new SeedFile(fileSystem, path, folder, initial);
  }

  /**
   * Replaces the seed; once it resolves, the new seed survives a power cut. After an error the file holds the old seed
   * or, if only the last step failed, perhaps the new one. Calls must not overlap.
   */
  async replace(num: number): Promise<void> {
    await durable.replaceFile(this.path, JSON.stringify({ num }), this.fileSystem);
    await this.folder.sync();
  }
}

async function readSeed(path: string, fileSystem: FileSystem): Promise<number> {
  const failure = (what: string, cause?: unknown) =>
    new Error(`${path} ${what}; restore it, or remove it to begin with 0`, { cause });
  let text: string;
  try {
    // Before it is opened: to open a FIFO would wait for its writer.
    if (!(await fileSystem.stat(path)).isFile()) throw failure("is not a file");
    text = await fileSystem.readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
  try {
    return seedUpdateSchema.parse(JSON.parse(text)).num;
  } catch (cause) {
    throw failure("holds no seed", cause);
  }
}
