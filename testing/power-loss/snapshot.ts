/** What a folder holds, all the way down. */
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Entry =
  | { kind: "folder"; mode: number }
  | { kind: "file"; mode: number; bytes: Buffer }
  | { kind: "link"; target: string };

/** By path within the folder; a folder comes before what it holds. */
export type Snapshot = ReadonlyMap<string, Entry>;

export function snapshotOf(root: string): Snapshot {
  const snapshot = new Map<string, Entry>();
  const add = (path: string) => {
    for (const name of readdirSync(join(root, path)).sort()) {
      const inner = path === "" ? name : `${path}/${name}`;
      const stats = lstatSync(join(root, inner));
      const mode = stats.mode & 0o7777;
      if (stats.isSymbolicLink())
        snapshot.set(inner, { kind: "link", target: readlinkSync(join(root, inner)) });
      else if (stats.isDirectory()) {
        snapshot.set(inner, { kind: "folder", mode });
        add(inner);
      } else snapshot.set(inner, { kind: "file", mode, bytes: readFileSync(join(root, inner)) });
    }
  };
  add("");
  return snapshot;
}

/** Makes the folder hold this, and nothing else. */
export function materialize(snapshot: Snapshot, root: string): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const [path, entry] of snapshot) {
    const full = join(root, path);
    if (entry.kind === "link") symlinkSync(entry.target, full);
    else {
      if (entry.kind === "folder") mkdirSync(full);
      else writeFileSync(full, entry.bytes);
      chmodSync(full, entry.mode);
    }
  }
}

/** The same for the same contents, whatever the order. */
export function digestOf(snapshot: Snapshot): string {
  const hash = createHash("sha256");
  for (const [path, entry] of [...snapshot].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rest = entry.kind === "link" ? entry.target : entry.mode.toString(8);
    hash.update(JSON.stringify([path, entry.kind, rest, entry.kind === "file" ? entry.bytes.length : 0]));
    if (entry.kind === "file") hash.update(entry.bytes);
  }
  return hash.digest("hex");
}

/** In a line for each entry, for messages. */
export function textOf(snapshot: Snapshot): string {
  const lines = [...snapshot].map(([path, entry]) => {
    if (entry.kind === "link") return `${path} -> ${entry.target}`;
    if (entry.kind === "folder") return `${path}/`;
    const text = entry.bytes.subarray(0, 60).toString("latin1");
    const beginning = JSON.stringify(text.replace(/\0+$/, "…"));
    return `${path}: ${entry.bytes.length} bytes, ${beginning}`;
  });
  return lines.join("\n");
}
