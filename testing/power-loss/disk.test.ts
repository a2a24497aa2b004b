import { Random } from "../random";
import { Disk, type Operation } from "./disk";
import type { Snapshot } from "./snapshot";

const write = (path: string, text: string, offset = 0): Operation => ({
  kind: "write",
  path,
  offset,
  bytes: Buffer.from(text),
});
const create = (path: string): Operation => ({ kind: "create", path, mode: 0o644 });
const sync = (path: string): Operation => ({ kind: "sync", path });

/** A file's text, with how often each letter comes; a folder's name alone. */
function summaryOf(snapshot: Snapshot): string {
  const entries = [...snapshot].map(([path, entry]) => {
    if (entry.kind !== "file") return path;
    const text = entry.bytes.toString("latin1").replaceAll("\0", "0");
    return `${path}=${text.replace(/(.)\1*/g, ({ length }, letter: string) => (length > 1 ? `${letter}*${length}` : letter))}`;
  });
  return entries.sort().join(" ");
}

function crashStates(operations: Operation[], limit = 100): string[] {
  const disk = new Disk();
  for (const operation of operations) disk.apply(operation);
  const { states, exhaustive } = disk.crashStates(limit, new Random(1));
  expect(exhaustive).toBe(true);
  return [...new Set([...states].map(summaryOf))].sort();
}

test("a file that was only written is there or not, with its bytes, zeros or nothing", () => {
  expect(crashStates([create("a"), write("a", "x")])).toEqual(["", "a=", "a=0", "a=x"]);
});

test("a sync of the file makes its bytes durable, not its name; one of the folder its name, not its bytes", () => {
  expect(crashStates([create("a"), write("a", "x"), sync("a")])).toEqual(["", "a=x"]);
  expect(crashStates([create("a"), write("a", "x"), sync("")])).toEqual(["a=", "a=0", "a=x"]);
  expect(crashStates([create("a"), write("a", "x"), sync("a"), sync("")])).toEqual(["a=x"]);
});

test("a write is torn between sectors, in any order", () => {
  const old = [create("a"), write("a", "o".repeat(1024)), sync("a"), sync("")];
  expect(crashStates([...old, write("a", "n".repeat(1024))])).toEqual([
    "a=n*1024",
    "a=n*512o*512",
    "a=o*1024",
    "a=o*512n*512",
  ]);
});

test("what was cut off may come back, and what is written again may be missing", () => {
  const states = crashStates([
    ...[create("a"), write("a", "old"), sync("a"), sync("")],
    ...[{ kind: "truncate", path: "a", size: 0 } as const, write("a", "n")],
  ]);
  expect(states).toEqual(["a=", "a=0", "a=0*3", "a=n", "a=n0*2", "a=o", "a=old"]);
});

test("changes of different names overtake each other, those of one name don't", () => {
  expect(crashStates([create("a"), create("b")])).toEqual(["", "a=", "a= b=", "b="]);
  const rename: Operation = { kind: "rename", path: "a", to: "b" };
  expect(crashStates([create("a"), sync("a"), rename])).toEqual(["", "a=", "b="]);
});

test("a rename into another folder is one change, durable with either folder", () => {
  const made: Operation[] = [
    { kind: "make folder", path: "in", mode: 0o755 },
    create("a"),
    sync(""),
    { kind: "rename", path: "a", to: "in/a" },
  ];
  expect(crashStates(made)).toEqual(["a= in", "in in/a="]);
  expect(crashStates([...made, sync("in")])).toEqual(["in in/a="]);
});

test("what a sync has failed to write is not durable by a later one, unless it was written again", () => {
  const failed: Operation[] = [create("a"), sync(""), write("a", "x"), { kind: "sync in vain", path: "a" }];
  expect(crashStates([...failed, sync("a")])).toEqual(["a=", "a=0", "a=x"]);
  expect(crashStates([...failed, write("a", "x"), sync("a")])).toEqual(["a=", "a=x"]);
});

test("a sync covers what was complete when it began", () => {
  const disk = new Disk();
  disk.apply(create("a"));
  disk.apply(sync(""));
  const begun = disk.now;
  disk.apply(write("a", "x"));
  disk.apply(sync("a"), begun);
  const { states } = disk.crashStates(100, new Random(1));
  expect(new Set([...states].map(summaryOf))).toEqual(new Set(["a=", "a=0", "a=x"]));
});

test("where there are too many states, a sample has nothing, everything and what is in between", () => {
  const disk = new Disk();
  for (const name of "abcdefgh") disk.apply(create(name));
  const { states, exhaustive } = disk.crashStates(100, new Random(1));
  expect(exhaustive).toBe(false);
  const found = new Set([...states].map(state => state.size));
  expect(found).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]));
});
