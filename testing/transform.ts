/** How Jest reads TypeScript: file by file, by esbuild. `tsc` checks the types of the whole tree. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { transformSync, version } from "esbuild";

const self = readFileSync(__filename);

export default {
  process: (source: string, path: string) =>
    transformSync(source, {
      loader: "ts",
      format: "cjs",
      target: "node20",
      // Jest's own import() needs a flag of Node's.
      supported: { "dynamic-import": false },
      sourcemap: "inline",
      sourcefile: path,
    }),

  // Jest's own key knows neither this file nor the version of esbuild.
  getCacheKey(source: string, path: string): string {
    const hash = createHash("sha256").update(self);
    for (const part of [version, path, source]) hash.update(`\0${part}`);
    return hash.digest("hex");
  },
};
