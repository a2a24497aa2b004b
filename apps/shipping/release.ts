/**
 * A release: one service bundled into one file, with the installer beside it, in a tar archive named by the digest of
 * its bytes. The same sources give the same bytes on every machine, so an unchanged service keeps its name, and nothing
 * is shipped or restarted. What was built is kept, and a record beside it says from which sources.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ports, type ServiceName } from "../ports";
import { bundle, pack, type Bundles } from "./bundle";
import { cacheFolder, markUsed, prune } from "./cache";
import { digestOf, undefinedIfMissing } from "./digest";
import { digestOfSources } from "./sources";
import { removeAbandoned, workFolder } from "./work-folder";

export interface Release {
  service: ServiceName;
  /** Digest of the archive, in hexadecimal. */
  sha256: string;
  /** Path of the archive on this machine. */
  archive: string;
}

/**
 * A service's release, built unless the cache holds what these sources give.
 * @throws esbuild's BuildFailure if a service does not compile
 */
export async function buildRelease(service: ServiceName): Promise<Release> {
  const folder = join(cacheFolder(), "releases");
  mkdirSync(folder, { recursive: true });
  removeAbandoned(folder);
  const sources = digestOfSources();
  const record = join(folder, `${service}-${sources}.built`);
  return (await builtBefore(service, folder, record)) ?? (await build(service, folder, sources, record));
}

/**
 * Every service's release, by name.
 * @throws as buildRelease
 */
export async function buildReleases(): Promise<Record<ServiceName, Release>> {
  const services = Object.keys(ports) as ServiceName[];
  const releases = await Promise.all(services.map(buildRelease));
  return Object.fromEntries(releases.map(release => [release.service, release])) as Record<
    ServiceName,
    Release
  >;
}

/** Undefined too if either of the two files is damaged. */
async function builtBefore(
  service: ServiceName,
  folder: string,
  record: string,
): Promise<Release | undefined> {
  const sha256 = await readFile(record, "utf8").catch(undefinedIfMissing);
  if (sha256 === undefined || !isDigest.test(sha256)) return undefined;
  const archive = join(folder, archiveName(service, sha256));
  if ((await sha256Of(archive)) !== sha256) return undefined;
  for (const file of [record, archive]) markUsed(file);
  return { service, sha256, archive };
}

async function build(
  service: ServiceName,
  folder: string,
  sources: string,
  record: string,
): Promise<Release> {
  if (latest?.sources !== sources) latest = { sources, bundles: bundle() };
  const bundles = await latest.bundles;
  const work = workFolder(folder);
  try {
    const built = await pack(bundles, service, work);
    const sha256 = await sha256Of(built);
    if (sha256 === undefined) throw new Error(`${built} is gone`);
    const archive = join(folder, archiveName(service, sha256));
    renameSync(built, archive);
    // Changed meanwhile, the sources may be those of neither digest.
    if (digestOfSources() === sources) {
      writeFileSync(join(work, "record"), sha256);
      renameSync(join(work, "record"), record);
    }
    prune(folder, kindOf, keptReleases);
    return { service, sha256, archive };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What this process bundled last, for all services. */
let latest: { sources: string; bundles: Promise<Bundles> } | undefined;

/** How many of each service to keep, for the next switch to another branch. */
const keptReleases = 3;

const isDigest = /^[0-9a-f]{64}$/;

function archiveName(service: string, sha256: string): string {
  return `${service}-${sha256}.tar`;
}

/** An archive or a record of one service. */
function kindOf(name: string): string | undefined {
  const [, service, kind] = /^(.+)-[0-9a-f]{64}\.(tar|built)$/.exec(name) ?? [];
  return service && `${service}.${kind}`;
}

async function sha256Of(file: string): Promise<string | undefined> {
  return (await digestOf(file, "sha256"))?.toString("hex");
}
