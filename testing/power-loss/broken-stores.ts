/** Mistakes that a store may make, as modules to load before it: none of them may go unnoticed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../folders";

const onSync = (effect: string) => `
  const { open } = fs;
  fs.open = async (path, ...rest) => {
    const handle = await open(path, ...rest);
    const sync = handle.sync.bind(handle);
    const isFolder = (await handle.stat()).isDirectory();
    handle.sync = async () => { ${effect} };
    return handle;
  };`;

const effects = {
  "it syncs no file": onSync("if (isFolder) await sync();"),
  "it syncs no folder": onSync("if (!isFolder) await sync();"),
  "it syncs in the background": onSync("void sync();"),
  "it renames before it syncs": `${onSync("if (!isFolder) await rename(path, path.slice(0, -4)); await sync();")}
  const { rename } = fs;
  fs.rename = async () => undefined;`,
  "it writes in place": `
  const { open } = fs;
  fs.open = (path, ...rest) => open(path.replace(/\\.new$/, ""), ...rest);
  fs.rename = async () => undefined;`,
  "it takes the old away first": `
  const { rename } = fs;
  fs.rename = async (from, to) => {
    await fs.rm(to, { force: true });
    await rename(from, to);
  };`,
  "it starts without a sync": `let isStart = true;
  ${onSync("if (!isStart) await sync(); isStart = false;")}`,
};

export type Mistake = keyof typeof effects;

export const mistakes = Object.keys(effects) as Mistake[];

/** @returns the path of a module, for `Load.preload` */
export function brokenBy(mistake: Mistake): string {
  const file = join(temporaryFolder(), "mistake.cjs");
  writeFileSync(file, `const fs = require("node:fs/promises");\n${effects[mistake]}`);
  return file;
}
