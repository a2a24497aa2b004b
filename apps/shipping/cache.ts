import { homedir } from "node:os";
import { join } from "node:path";

/** Where to keep what is fetched or built once, by the XDG Base Directory Specification. */
export function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "elastic-fleet");
}
