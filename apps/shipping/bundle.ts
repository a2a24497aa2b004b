/** Builds what the cache lacks. Only then are esbuild and tar loaded, which takes a while. */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ports, type ServiceName } from "../ports";
import { withEsbuild } from "./esbuild";

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
  const { outputFiles } = await withEsbuild(({ build }) =>
    build({
      entryPoints,
      outdir: apps,
      write: false,
      bundle: true,
      platform: "node",
      target: "node24",
      format: "cjs",
      mainFields: ["module", "main"],
      // Unminified output names its sources relative to the working folder, which would affect the digest.
      minify: true,
      legalComments: "none",
      logLevel: "silent",
    }),
  );
  return Object.fromEntries(
    outputFiles.map(({ path, contents }) => [basename(path, ".js"), contents]),
  ) as Record<Name, Uint8Array>;
}

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
