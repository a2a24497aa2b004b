/** What a start needs of this machine, checked before it makes or fetches anything. */
import { accessSync, constants, existsSync, lstatSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

export interface Space {
  folder: string;
  /** That the start will use, in bytes. */
  bytes: number;
}

/**
 * @param folder the region's own, which a start empties
 * @param space what is used in it and elsewhere
 * @returns a sentence per problem
 */
export function machineProblems(folder: string, space: readonly Space[]): string[] {
  const own = ownFolderProblem(folder);
  if (own !== undefined) return [own];
  const unwritable = space.flatMap(({ folder }) => writeProblem(folder) ?? []);
  return unwritable.length > 0 ? unwritable : spaceProblems(space);
}

function ownFolderProblem(folder: string): string | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return writeProblem(dirname(folder));
  const what = found.isSymbolicLink() ? "a symbolic link" : "no folder";
  return `${folder} is ${what}; a start empties it, so it must be a folder of the region's own: move it away`;
}

function writeProblem(folder: string): string | undefined {
  const existing = nearestExisting(folder);
  try {
    if (!statSync(existing).isDirectory()) return `${folder} can't be written: ${existing} is no folder`;
    accessSync(existing, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${folder} can't be written: ${(error as Error).message}`;
  }
}

/** The folders of one file system share what is free there. */
function spaceProblems(space: readonly Space[]): string[] {
  const needed = new Map<number, { at: string; bytes: number }>();
  for (const { folder, bytes } of space) {
    const at = nearestExisting(folder);
    const { dev } = statSync(at);
    const other = needed.get(dev) ?? { at, bytes: 0 };
    needed.set(dev, { ...other, bytes: other.bytes + bytes });
  }
  return [...needed.values()].flatMap(({ at, bytes }) => {
    const { bavail, bsize } = statfsSync(at);
    const free = bavail * bsize;
    return free >= bytes
      ? []
      : [`the disk of ${at} has ${megabytes(free)} MB free; a start needs ${megabytes(bytes)} MB there`];
  });
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
