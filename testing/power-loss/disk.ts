/**
 * A model of a disk, for what it may hold after a power cut: all that was synced, and anything else or not. It promises
 * no more than POSIX does (fsync in The Open Group's Base Specifications) and journaling file systems keep:
 * - of a file, each sector of 512 bytes is as it was at any time since the file's last sync, or zeros, as are its size
 *   and mode; so writes are torn, reordered, and outrun by the size;
 * - a change of a folder's entries is there, durably, once that folder is synced. Until then each is there or not, but a
 *   later change of a name brings the earlier ones of that name along; a rename is one change. Changes of entries and of
 *   contents overtake each other.
 * It has neither bytes of other files in a file's new sectors, nor a sector that is half written.
 */
import type { Random } from "../random";
import type { Entry, Snapshot } from "./snapshot";
import { Versions } from "./versions";

export type Operation =
  | { kind: "create" | "make folder"; path: string; mode: number }
  | { kind: "symlink"; path: string; target: string }
  | { kind: "link" | "rename"; path: string; to: string }
  | { kind: "remove" | "sync" | "sync in vain"; path: string }
  | { kind: "sync all" }
  | { kind: "truncate"; path: string; size: number }
  | { kind: "write"; path: string; offset: number; bytes: Buffer }
  | { kind: "change mode"; path: string; mode: number };

const sector = 512;
const zeros = Buffer.alloc(sector);

class File {
  readonly size = new Versions(0);
  readonly mode: Versions<number>;
  readonly sectors = new Map<number, Versions<Buffer>>();

  constructor(mode: number) {
    this.mode = new Versions(mode);
  }

  get versions(): Versions<unknown>[] {
    return [this.size, this.mode, ...this.sectors.values()];
  }

  write(offset: number, bytes: Buffer, at: number): void {
    const end = offset + bytes.length;
    for (let number = Math.floor(offset / sector); number * sector < end; number++) {
      const begin = number * sector;
      const changed = Buffer.from(this.sector(number).current);
      const from = Math.max(0, begin - offset);
      bytes.copy(changed, Math.max(0, offset - begin), from, Math.min(bytes.length, begin + sector - offset));
      this.sector(number).change(changed, at);
    }
    if (end > this.size.current) this.size.change(end, at);
  }

  truncate(size: number, at: number): void {
    if (size === this.size.current) return;
    for (const [number, versions] of this.sectors) {
      const kept = Math.min(sector, Math.max(0, size - number * sector));
      if (kept < sector) {
        const changed = Buffer.alloc(sector);
        versions.current.copy(changed, 0, 0, kept);
        versions.change(changed, at);
      }
    }
    this.size.change(size, at);
  }

  private sector(number: number): Versions<Buffer> {
    const versions = this.sectors.get(number) ?? new Versions(zeros);
    this.sectors.set(number, versions);
    return versions;
  }
}

class Folder {
  readonly names = new Map<string, Node>();
  readonly durable = new Map<string, Node>();
  constructor(readonly mode: number) {}
}

class Link {
  constructor(readonly target: string) {}
}

type Node = File | Folder | Link;

/** A change of one folder's entry, or of two at once. */
interface Change {
  at: number;
  parts: { folder: Folder; name: string; node: Node | undefined }[];
  /** A sync after it has failed, so that a later one says nothing of it. */
  lost: boolean;
}

export interface CrashStates {
  states: Iterable<Snapshot>;
  /** Whether these are all states, not a sample. */
  exhaustive: boolean;
}

export class Disk {
  readonly #root = new Folder(0o755);
  #pending: Change[] = [];
  #now = 0;

  /** @param initial all durable */
  constructor(initial: Snapshot = new Map()) {
    for (const [path, entry] of initial) {
      if (entry.kind === "link") this.apply({ kind: "symlink", path, target: entry.target });
      else if (entry.kind === "folder") this.apply({ kind: "make folder", path, mode: entry.mode });
      else {
        this.apply({ kind: "create", path, mode: entry.mode });
        this.apply({ kind: "write", path, offset: 0, bytes: entry.bytes });
      }
    }
    this.apply({ kind: "sync all" });
  }

  /** The number of operations so far. */
  get now(): number {
    return this.#now;
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  sizeOf(path: string): number {
    return this.#file(path).size.current;
  }

  /** @param begun `now` when a sync began; it covers what was complete by then */
  apply(operation: Operation, begun = this.#now): void {
    this.#now += 1;
    const at = this.#now;
    switch (operation.kind) {
      case "create": {
        this.#change(at, [operation.path, new File(operation.mode)]);
        return;
      }
      case "make folder": {
        this.#change(at, [operation.path, new Folder(operation.mode)]);
        return;
      }
      case "symlink": {
        this.#change(at, [operation.path, new Link(operation.target)]);
        return;
      }
      case "link": {
        this.#change(at, [operation.to, this.#get(operation.path)]);
        return;
      }
      case "rename": {
        this.#change(at, [operation.path, undefined], [operation.to, this.#get(operation.path)]);
        return;
      }
      case "remove": {
        this.#change(at, [operation.path, undefined]);
        return;
      }
      case "truncate": {
        this.#file(operation.path).truncate(operation.size, at);
        return;
      }
      case "write": {
        this.#file(operation.path).write(operation.offset, operation.bytes, at);
        return;
      }
      case "change mode": {
        const node = this.#get(operation.path);
        if (node instanceof File) node.mode.change(operation.mode, at);
        return;
      }
      case "sync all":
        for (const file of this.#files()) for (const versions of file.versions) versions.sync(begun);
        {
          this.#makeDurable(begun, () => true);
          return;
        }
      case "sync": {
        const node = this.#get(operation.path);
        if (node instanceof File) for (const versions of node.versions) versions.sync(begun);
        this.#makeDurable(begun, ({ folder }) => folder === node);
        return;
      }
      case "sync in vain": {
        const node = this.#get(operation.path);
        if (node instanceof File) for (const versions of node.versions) versions.failToSync(begun);
        for (const change of this.#pending)
          if (change.parts.some(({ folder }) => folder === node)) change.lost = true;
      }
    }
  }

  /** What programs see. */
  snapshot(): Snapshot {
    return walk(
      ({ names }) => names,
      versions => versions.current,
      this.#root,
    );
  }

  /** @param limit of those that are tried; beyond it they are a sample, the likeliest to do harm among them */
  crashStates(limit: number, random: Random): CrashStates {
    const subsets = this.#legalSubsets(limit);
    const trees = subsets?.map(subset => this.#treeOf(subset));
    let total = 0;
    for (const tree of trees ?? []) total += choicesOf(tree).reduce((product, { n }) => product * n, 1);
    if (trees && total <= limit) return { states: allStates(trees), exhaustive: true };
    return { states: this.#sample(limit, random), exhaustive: false };
  }

  *#sample(limit: number, random: Random): Generator<Snapshot> {
    let count = 0;
    // As a journal commits: in order. With none of the data, all of it, and some.
    for (let length = 0; length <= this.#pending.length; length++) {
      const tree = this.#treeOf(this.#pending.map((_change, index) => index < length));
      yield stateOf(tree, () => 0);
      yield stateOf(tree, n => n - 1);
      yield stateOf(tree, n => random.below(n));
      count += 3;
    }
    for (; count < limit; count++) {
      const [share, shareOfData] = [random.next(), random.next()];
      const chosen: boolean[] = [];
      for (const [index] of this.#pending.entries())
        chosen.push(random.chance(share) && this.#dependencies(index).every(each => chosen[each]));
      yield stateOf(this.#treeOf(chosen), n => (random.chance(shareOfData) ? n - 1 : random.below(n)));
    }
  }

  /** Which pending changes may be there, in each way; undefined if there are too many ways. */
  #legalSubsets(limit: number): boolean[][] | undefined {
    let subsets: boolean[][] = [[]];
    for (const [index] of this.#pending.entries()) {
      const dependencies = this.#dependencies(index);
      subsets = subsets.flatMap(subset =>
        dependencies.every(each => subset[each])
          ? [
              [...subset, false],
              [...subset, true],
            ]
          : [[...subset, false]],
      );
      if (subsets.length > limit) return undefined;
    }
    return subsets;
  }

  /** The earlier pending changes of the same names. */
  #dependencies(index: number): number[] {
    const parts = this.#pending[index]?.parts ?? [];
    const isShared = (change: Change) =>
      change.parts.some(a => parts.some(b => a.folder === b.folder && a.name === b.name));
    return this.#pending.slice(0, index).flatMap((change, earlier) => (isShared(change) ? [earlier] : []));
  }

  #treeOf(subset: boolean[]): Tree {
    const changed = new Map<Folder, Map<string, Node>>();
    for (const [index, { parts }] of this.#pending.entries()) {
      if (subset[index] !== true) continue;
      for (const { folder, name, node } of parts) {
        const names = changed.get(folder) ?? new Map(folder.durable);
        changed.set(folder, names);
        set(names, name, node);
      }
    }
    return { root: this.#root, namesIn: folder => changed.get(folder) ?? folder.durable };
  }

  #change(at: number, ...changes: [path: string, node: Node | undefined][]): void {
    const parts = changes.map(([path, node]) => {
      const end = path.lastIndexOf("/");
      const folder = end < 0 ? this.#root : this.#get(path.slice(0, end));
      if (!(folder instanceof Folder)) throw new Error(`${path} is in no folder`);
      return { folder, name: path.slice(end + 1), node };
    });
    for (const { folder, name, node } of parts) set(folder.names, name, node);
    this.#pending.push({ at, parts, lost: false });
  }

  #makeDurable(begun: number, concerns: (part: Change["parts"][number]) => boolean): void {
    const durable = new Set<number>();
    for (const [index, { at, parts, lost }] of this.#pending.entries())
      if (at <= begun && !lost && parts.some(concerns))
        for (const each of [...this.#dependencies(index), index]) durable.add(each);
    // What a dependency depends on, too.
    for (const index of [...durable].sort((a, b) => b - a))
      for (const each of this.#dependencies(index)) durable.add(each);
    for (const index of [...durable].sort((a, b) => a - b))
      for (const { folder, name, node } of this.#pending[index]?.parts ?? []) set(folder.durable, name, node);
    this.#pending = this.#pending.filter((_change, index) => !durable.has(index));
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split("/")) node = node instanceof Folder ? node.names.get(name) : undefined;
    return path === "" ? this.#root : node;
  }

  #get(path: string): Node {
    const node = this.#find(path);
    if (!node) throw new Error(`there is no ${path}`);
    return node;
  }

  #file(path: string): File {
    const node = this.#get(path);
    if (!(node instanceof File)) throw new Error(`${path} is no file`);
    return node;
  }

  #files(): Set<File> {
    const files = new Set<File>();
    const visit = (node: Node | undefined) => {
      if (node instanceof File) files.add(node);
      else if (node instanceof Folder)
        for (const inner of [...node.names.values(), ...node.durable.values()]) visit(inner);
    };
    visit(this.#root);
    for (const { parts } of this.#pending) for (const { node } of parts) visit(node);
    return files;
  }
}

interface Tree {
  root: Folder;
  namesIn: (folder: Folder) => ReadonlyMap<string, Node>;
}

function set(names: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node) names.set(name, node);
  else names.delete(name);
}

function walk(namesIn: Tree["namesIn"], choose: <T>(versions: Versions<T>) => T, root: Folder): Snapshot {
  const snapshot = new Map<string, Entry>();
  const add = (path: string, folder: Folder) => {
    for (const [name, node] of namesIn(folder)) {
      const inner = path === "" ? name : `${path}/${name}`;
      if (node instanceof Link) snapshot.set(inner, { kind: "link", target: node.target });
      else if (node instanceof Folder) {
        snapshot.set(inner, { kind: "folder", mode: node.mode });
        add(inner, node);
      } else {
        const bytes = Buffer.alloc(choose(node.size));
        for (const [number, versions] of node.sectors) choose(versions).copy(bytes, number * sector);
        snapshot.set(inner, { kind: "file", mode: choose(node.mode), bytes });
      }
    }
  };
  add("", root);
  return snapshot;
}

/** What is left to chance once the entries are chosen, and in how many ways. */
function choicesOf({ root, namesIn }: Tree): { versions: Versions<unknown>; n: number }[] {
  const choices: { versions: Versions<unknown>; n: number }[] = [];
  walk(
    namesIn,
    versions => {
      const n = versions.candidates.length;
      if (n > 1) choices.push({ versions, n });
      return versions.current;
    },
    root,
  );
  return choices;
}

/** @param choose the index of one of n versions, of which the first is durable and the last the newest */
function stateOf({ root, namesIn }: Tree, choose: (n: number) => number): Snapshot {
  return walk(
    namesIn,
    ({ candidates }) => candidates[choose(candidates.length)] ?? (candidates[0] as never),
    root,
  );
}

function* allStates(trees: Tree[]): Generator<Snapshot> {
  for (const tree of trees) {
    const choices = choicesOf(tree);
    const indexes = choices.map(() => 0);
    for (;;) {
      const chosen = new Map(choices.map(({ versions }, index) => [versions, indexes[index] ?? 0]));
      yield walk(
        tree.namesIn,
        versions => versions.candidates[chosen.get(versions) ?? 0] as never,
        tree.root,
      );
      const next = indexes.findIndex((index, choice) => index + 1 < (choices[choice]?.n ?? 0));
      if (next < 0) break;
      indexes[next] = (indexes[next] ?? 0) + 1;
      indexes.fill(0, 0, next);
    }
  }
}
