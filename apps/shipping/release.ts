/**
 * A release: one service bundled into one file, with the installer beside it, in a tar archive named by the digest of
 * its bytes. The same sources give the same bytes on every machine, so an unchanged service keeps its name, and nothing
 * is shipped or restarted.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";
import { create } from "tar";
import { ports, type ServiceName } from "../ports";
import { cacheFolder, prune } from "./cache";
import { removeAbandoned, workFolder } from "./work-folder";

const apps = join(__dirname, "..");

export interface Release {
  service: ServiceName;
  /** Digest of the archive, in hexadecimal. */
  sha256: string;
  /** Path of the archive on this machine. */
  archive: string;
}

/**
 * Builds a service's release. Synchronous, because a program must know its releases before it declares them.
 * @throws esbuild's BuildFailure if a service does not compile
 */
export function buildRelease(service: ServiceName): Release {
  const folder = join(cacheFolder(), "releases");
  mkdirSync(folder, { recursive: true });
  removeAbandoned(folder);
  const work = workFolder(folder);
  try {
    const { installer, [service]: main } = (bundles ??= bundle());
    writeFileSync(join(work, "installer.js"), installer);
    writeFileSync(join(work, "main.js"), main);
    const built = join(work, "release.tar");
    create(
      {
        sync: true,
        cwd: work,
        file: built,
        portable: true, // no owner, no device numbers
        mtime: new Date(0),
        onWriteEntry: entry => {
          if (entry.stat) entry.stat.mode = 0o100644; // whatever the umask here
        },
      },
      ["installer.js", "main.js"],
    );
    const sha256 = createHash("sha256").update(readFileSync(built)).digest("hex");
    const archive = join(folder, `${service}-${sha256}.tar`);
    renameSync(built, archive);
    prune(folder, kindOf, keptReleases);
    return { service, sha256, archive };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** How many of each service to keep, for the next switch to another branch. */
const keptReleases = 3;

function kindOf(name: string): string | undefined {
  return /^(.+)-[0-9a-f]{64}\.tar$/.exec(name)?.[1];
}

type Bundles = Record<ServiceName | "installer", Uint8Array>;

/** Built once per process. */
let bundles: Bundles | undefined;

/** Every service and the installer, each as one file, built together. */
function bundle(): Bundles {
  const programs = ["installer", ...(Object.keys(ports) as ServiceName[])] as const;
  const { outputFiles } = buildSync({
    entryPoints: Object.fromEntries(programs.map(program => [program, join(apps, program, "main.ts")])),
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
  });
  return Object.fromEntries(
    outputFiles.map(({ path, contents }) => [basename(path, ".js"), contents]),
  ) as Bundles;
}
