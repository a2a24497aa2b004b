import { homedir } from "node:os";
import { join } from "node:path";

/** Where what is fetched or built once is kept for the next run, as the XDG base directory specification has it. */
export function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "elastic-fleet");
}
