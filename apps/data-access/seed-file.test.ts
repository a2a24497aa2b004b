/**
 * Against a model of a disk that loses, in a power cut, whatever was not synced. This proves the order of our steps
 * under POSIX's guarantees, not that a drive keeps those.
 */
import * as fc from "fast-check";
import type { OpenFile } from "../common/durable";
import { SeedFile, type FileSystem } from "./seed-file";
import { SeedStore } from "./store";

const path = "/state/seed.json";

interface Inode {
  text: string;
  synced: boolean;
}

class Disk implements FileSystem {
  readonly steps: string[] = [];
  /** Called before each step; throws to make it fail. */
  fault: (step: string, number: number) => void = () => undefined;
  /** The folder as programs see it. */
  readonly #files: Map<string, Inode>;
  /** The folder as it is on the disk, and its changes since it was synced. */
  readonly #durableFiles: Map<string, Inode>;
  #changes: ((files: Map<string, Inode>) => void)[] = [];

  constructor(files: Record<string, string> = {}) {
    const inodes = Object.entries(files).map(([name, text]) => [name, { text, synced: true }] as const);
    this.#files = new Map(inodes);
    this.#durableFiles = new Map(inodes);
  }

  /** What a power cut leaves: the first few changes of the folder, and the first few of the bytes not synced. */
  afterPowerCut(changesKept: number, bytesKept: number): Disk {
    const files = new Map(this.#durableFiles);
    for (const change of this.#changes.slice(0, changesKept)) change(files);
    const textOf = ({ text, synced }: Inode) => (synced ? text : text.slice(0, bytesKept));
    return new Disk(Object.fromEntries([...files].map(([name, inode]) => [name, textOf(inode)])));
  }

  /** What a killed process leaves. */
  afterKill(): Disk {
    return this.afterPowerCut(Infinity, Infinity);
  }

  readFile(name: string): Promise<string> {
    const file = this.#files.get(name);
    return file ? Promise.resolve(file.text) : Promise.reject(new NodeError("ENOENT"));
  }

  stat(name: string): Promise<{ isFile(): boolean }> {
    return this.readFile(name).then(() => ({ isFile: () => true }));
  }

  open(name: string, flags: "r" | "w"): Promise<OpenFile> {
    if (flags === "r") return Promise.resolve(this.#folder(name));
    return this.#step("open", () => {
      const inode = this.#files.get(name) ?? { text: "", synced: false };
      Object.assign(inode, { text: "", synced: false });
      this.#change(files => files.set(name, inode));
      return {
        writeFile: text => this.#step("write", () => void Object.assign(inode, { text, synced: false })),
        sync: () => this.#step("sync file", () => void (inode.synced = true)),
        close: () => Promise.resolve(),
      };
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#step("rename", () => {
      this.#change(files => {
        const inode = files.get(from);
        if (!inode) throw new NodeError("ENOENT");
        files.set(to, inode);
        files.delete(from);
      });
    });
  }

  #folder(name: string): OpenFile {
    if (name !== "/state") throw new NodeError("ENOENT");
    return {
      writeFile: () => Promise.reject(new NodeError("EISDIR")),
      sync: () =>
        this.#step("sync folder", () => {
          for (const change of this.#changes) change(this.#durableFiles);
          this.#changes = [];
        }),
      close: () => Promise.resolve(),
    };
  }

  #change(change: (files: Map<string, Inode>) => void) {
    change(this.#files);
    this.#changes.push(change);
  }

  async #step<T>(name: string, effect: () => T): Promise<T> {
    await Promise.resolve();
    this.fault(name, this.steps.length);
    this.steps.push(name);
    return effect();
  }
}

class NodeError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const stepsOfOne = ["open", "write", "sync file", "rename", "sync folder"];
const initialOf = async (disk: Disk) => (await SeedFile.open(path, disk)).initial;
/** Opens it, and counts steps from then on. */
const openedOn = async (disk: Disk) => {
  const file = await SeedFile.open(path, disk);
  disk.steps.length = 0;
  return file;
};
/** A fault in every step of this name. */
const failing = (step: string, code: string) => (name: string) => {
  if (name === step) throw new NodeError(code);
};

describe("opening", () => {
  const opened = async (files: Record<string, string>) => initialOf(new Disk(files));

  test("finds the file's seed, and 0 if there is no file", async () => {
    expect(await opened({})).toBe(0);
    expect(await opened({ [path]: '{"num":-7}' })).toBe(-7);
  });

  test("ignores a file that an interrupted write left behind", async () => {
    expect(await opened({ [path]: '{"num":7}', [`${path}.new`]: '{"nu' })).toBe(7);
  });

  test.each(["", "{", '{"num":1', "42", "null", '{"num":"1"}', '{"num":1.5}', '{"num":1,"x":2}', "\0\0\0\0"])(
    "refuses a file that holds %j, naming it",
    async text => {
      const failure = "/state/seed.json holds no seed; restore it, or remove it to begin with 0";
      await expect(opened({ [path]: text })).rejects.toThrow(failure);
    },
  );

  test("makes durable what it has found, before readers are told", async () => {
    const disk = new Disk({ [path]: '{"num":1}' });
    const file = await SeedFile.open(path, disk);
    disk.fault = failing("sync folder", "killed");
    await expect(file.replace(2)).rejects.toThrow("killed");
    await expect(initialOf(disk)).rejects.toThrow("killed");
    disk.fault = () => undefined;
    expect(await initialOf(disk)).toBe(2);
    expect(await initialOf(disk.afterPowerCut(0, 0))).toBe(2);
  });

  test("refuses a file that can't be read, and a folder that isn't there", async () => {
    const disk = new Disk();
    disk.readFile = () => Promise.reject(new NodeError("EACCES"));
    await expect(SeedFile.open(path, disk)).rejects.toThrow("EACCES");
    await expect(SeedFile.open("/nowhere/seed.json", new Disk())).rejects.toThrow("ENOENT");
  });
});

describe("replacing", () => {
  test("syncs the file before it renames it, and the folder after", async () => {
    const disk = new Disk();
    await (await openedOn(disk)).replace(1);
    expect(disk.steps).toEqual(stepsOfOne);
  });

  test.each(stepsOfOne)("a failure to %s is reported, and the next replacement works", async step => {
    const disk = new Disk({ [path]: '{"num":1}' });
    const file = await SeedFile.open(path, disk);
    disk.fault = failing(step, "ENOSPC");
    await expect(file.replace(2)).rejects.toThrow("ENOSPC");
    disk.fault = () => undefined;
    await file.replace(3);
    expect(await initialOf(disk.afterPowerCut(0, 0))).toBe(3);
  });

  test("a handle that was opened is closed, whatever fails", async () => {
    const disk = new Disk();
    const file = await SeedFile.open(path, disk);
    let open = 0;
    const openFile = disk.open.bind(disk);
    disk.open = async (name, flags) => {
      const handle = await openFile(name, flags);
      open++;
      return { ...handle, close: () => Promise.resolve().then(() => void (open -= 1)) };
    };
    for (const step of stepsOfOne) {
      disk.fault = failing(step, "EIO");
      await expect(file.replace(1)).rejects.toThrow("EIO");
    }
    expect(open).toBe(0);
  });

  test.each(stepsOfOne.map((step, index) => [step, index] as const))(
    "whatever a power cut before %s keeps, the seed is the old one or the new one",
    async (_step, index) => {
      const disk = new Disk({ [path]: '{"num":1111}' });
      const file = await openedOn(disk);
      disk.fault = (_name, number) => {
        if (number === index) throw new Error("power cut");
      };
      await expect(file.replace(2222)).rejects.toThrow("power cut");
      for (let changes = 0; changes <= 2; changes++) {
        for (let bytes = 0; bytes <= '{"num":2222}'.length; bytes++)
          expect([1111, 2222]).toContain(await initialOf(disk.afterPowerCut(changes, bytes)));
      }
    },
  );
});

test("under any faults and a power cut or kill at any step, no acknowledged seed is lost or torn", async () => {
  const bursts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      bursts,
      fc.uniqueArray(fc.nat(20)),
      fc.nat(25),
      fc.nat(3),
      fc.nat(20),
      async (bursts, faults, end, changesKept, bytesKept) => {
        const disk = new Disk();
        const store = new SeedStore(await openedOn(disk));
        const pending = new Set(faults);
        disk.fault = (_name, number) => {
          if (number >= end) throw new Error("dead");
          // A failed step is not counted, so without this it would fail forever.
          if (pending.delete(number)) throw new NodeError("EIO");
        };
        let arrived = 0;
        let acknowledged = 0;
        for (const burst of bursts) {
          await Promise.allSettled(
            Array.from({ length: burst }, async () => {
              const num = ++arrived;
              await store.update(num);
              acknowledged = Math.max(acknowledged, num);
              expect(store.value).toBeGreaterThanOrEqual(num);
            }),
          );
          expect(store.value).toBe(acknowledged);
        }
        for (const after of [disk.afterKill(), disk.afterPowerCut(changesKept, bytesKept)]) {
          const initial = await initialOf(after);
          expect(initial).toBeGreaterThanOrEqual(acknowledged);
          expect(initial).toBeLessThanOrEqual(arrived);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
