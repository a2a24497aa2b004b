import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** A file's digest; undefined if there is no file. */
export async function digestOf(path: string, algorithm: "sha256" | "sha512"): Promise<Buffer | undefined> {
  const hash = createHash(algorithm);
  return pipeline(createReadStream(path), hash).then(() => hash.digest(), undefinedIfMissing);
}

/** For files that may not be there: rethrows any other error. */
export function undefinedIfMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
