/** Where to keep what is fetched or built once, and for how long. */
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** By the XDG Base Directory Specification, which ignores a relative path. */
export function cacheFolder(): string {
  const configured = process.env["XDG_CACHE_HOME"] ?? "";
  return join(isAbsolute(configured) ? configured : join(homedir(), ".cache"), "elastic-fleet");
}

/** Real milliseconds for which another process may need what it has used, at least. */
const useful = 60 * 60 * 1000;

/**
 * Removes what has not been used for an hour from a folder, except for the last used entries of each kind.
 * @param kindOf of an entry, by its name; what has none is left alone
 */
export function prune(folder: string, kindOf: (name: string) => string | undefined, kept: number): void {
  const entries = readdirSync(folder).flatMap(name => {
    const [path, kind] = [join(folder, name), kindOf(name)];
    // Another process may be building or removing at the same time.
    const lastUsed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    return kind === undefined || lastUsed === undefined ? [] : [{ path, kind, lastUsed }];
  });
  for (const { path, kind, lastUsed } of entries) {
    const usedLater = entries.filter(other => other.kind === kind && other.lastUsed > lastUsed);
    if (usedLater.length >= kept && lastUsed < Date.now() - useful)
      rmSync(path, { recursive: true, force: true });
  }
}

/** Counts as a use of an entry of the cache, so that `prune` keeps it. */
export function markUsed(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}
