import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
/** npm's record of what it has installed, with the integrity of each package. */
const installed = join("node_modules", ".package-lock.json");

/**
 * A digest, in hexadecimal, of all that releases are built from: the sources, by path and content, with esbuild's
 * options among them, and the installed packages, esbuild itself included.
 */
export function digestOfSources(): string {
  const hash = createHash("sha256");
  for (const path of [...sources(), "package.json", "tsconfig.json", installed]) {
    // Without npm's record nothing counts as built before.
    const content =
      path === installed && !existsSync(join(root, path)) ? randomUUID() : readFileSync(join(root, path));
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

function sources(): string[] {
  return readdirSync(join(root, "apps"), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
    .sort();
}
