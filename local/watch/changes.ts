/**
 * Tells which files under some folders have changed. Each folder is watched by itself: on Linux, Node 20 watches
 * recursively by following single files, and loses those that an editor replaces.
 */
import { readdirSync, watch, type FSWatcher } from "node:fs";
import { join, relative } from "node:path";

/** In real milliseconds: an editor, or a switch of branches, changes several files at once. */
const quiet = 150;

/**
 * @param onChange receives the paths relative to `root`, once nothing more has changed for a moment; changes during a
 * call make another one after it
 * @returns stops watching
 */
export function watchFolders(
  root: string,
  folders: string[],
  onChange: (paths: string[]) => Promise<void>,
): () => void {
  const watchers = new Map<string, FSWatcher>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;

  const follow = () => {
    const present = new Set(folders.flatMap(folder => foldersIn(join(root, folder))));
    for (const [path, watcher] of watchers) {
      if (present.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of present) {
      if (watchers.has(path)) continue;
      const watcher = watch(path, (_, name) => note(relative(root, join(path, name ?? ""))));
      // A folder that is removed ends its watcher; the next look at the folders drops it.
      watcher.on("error", () => note(relative(root, path)));
      watchers.set(path, watcher);
    }
  };
  const note = (path: string) => {
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => void round(), quiet);
  };
  const round = async () => {
    if (running || changed.size === 0) return;
    running = true;
    follow();
    const paths = [...changed].sort();
    changed.clear();
    try {
      await onChange(paths);
    } finally {
      running = false;
    }
    await round();
  };
  follow();
  return () => {
    clearTimeout(timer);
    changed.clear();
    for (const watcher of watchers.values()) watcher.close();
  };
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const inside = entries.filter(entry => entry.isDirectory());
  return [folder, ...inside.map(({ parentPath, name }) => join(parentPath, name))];
}
