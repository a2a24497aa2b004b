/** Builds what the cache lacks. Only then are esbuild and tar loaded, which takes a while. */
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Plugin } from "esbuild";
import { ports, type ServiceName } from "../ports";
import { build } from "./esbuild";

const apps = join(__dirname, "..");

export type Bundles = Record<ServiceName | "installer", Uint8Array>;

/**
 * Every service and the installer, each as one file, built together.
 * @throws esbuild's BuildFailure if one does not compile
 */
export function bundle(): Promise<Bundles> {
  const programs = ["installer", ...(Object.keys(ports) as ServiceName[])] as const;
  const entryPoints = programs.map(program => [program, join(apps, program, "main.ts")]);
  return bundleFiles(Object.fromEntries(entryPoints) as Record<keyof Bundles, string>);
}

/**
 * Programs as hosts run them, each as one file, by name.
 * @param entryPoints path by name
 * @throws as bundle
 */
export async function bundleFiles<Name extends string>(
  entryPoints: Record<Name, string>,
): Promise<Record<Name, Uint8Array>> {
  const files = await build({
    entryPoints,
    outdir: apps,
    platform: "node",
    target: "node24",
    format: "cjs",
    mainFields: ["module", "main"],
    plugins: [constantKeys],
  });
  return Object.fromEntries(files.map(({ path, contents }) => [basename(path, ".js"), contents])) as Record<
    Name,
    Uint8Array
  >;
}

/**
 * Writes the AWS SDK's constants out where they are keys, as in `{ [_eQN]: "Min" }`: esbuild takes every other computed key
 * for one that has an effect, and would keep the schemas of all of EC2's actions for the sake of one.
 */
const constantKeys: Plugin = {
  name: "constant-keys",
  setup: build =>
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/].+[\\/]schemas[\\/]\w+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const constants = new Map(
        [...source.matchAll(/^const (\w+) = ("\w+");$/gm)].map(([, name, value]) => [name, value]),
      );
      return {
        contents: source.replace(/\[(\w+)\]:/g, (key, name: string) =>
          constants.has(name) ? `${constants.get(name)}:` : key,
        ),
      };
    }),
};

/**
 * Packs a service and the installer; the same bundles give the same bytes.
 * @param folder an empty one
 * @returns the archive's path, in that folder
 */
export async function pack(bundles: Bundles, service: ServiceName, folder: string): Promise<string> {
  const { create } = await import("tar");
  writeFileSync(join(folder, "installer.js"), bundles.installer);
  writeFileSync(join(folder, "main.js"), bundles[service]);
  const archive = join(folder, "release.tar");
  create(
    {
      sync: true,
      cwd: folder,
      file: archive,
      portable: true, // no owner, no device numbers
      mtime: new Date(0),
      onWriteEntry: entry => {
        if (entry.stat) entry.stat.mode = 0o100644; // whatever the umask here
      },
    },
    ["installer.js", "main.js"],
  );
  return archive;
}
