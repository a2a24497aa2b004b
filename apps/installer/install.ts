/**
 * Turns a manifest into a running service. The steps are ordered so that an interruption at any point leaves either the
 * old or the new service, and the next run completes the rest: the release is in its own folder before anything refers
 * to it, and the record of what is installed is written last.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { extract } from "tar";
import { manifestSchema, type Manifest } from "../manifest";
import { sync, syncFiles, writeDurably } from "../common/durable";
import { Unhealthy } from "./health";
import { installationRoot, releaseFolder, serviceFolder, unitOf, type Unit } from "./unit";

/** What differs between a host with systemd and a host of the local region. */
export interface Platform {
  /** The host's "/": "/" itself, or a host's folder in the local region. */
  root: string;
  /**
   * Makes this unit the running one, with a restart.
   * @param anew trust nothing that seems to be in place, as an earlier attempt was interrupted
   */
  start(unit: Unit, anew: boolean): Promise<void>;
  /** Resolves once every socket of the unit answers GET /health with 200. */
  healthy(unit: Unit, signal: AbortSignal): Promise<void>;
  /** The end of what the service has logged since its last start. */
  journal(unit: Unit): Promise<string>;
}

export class InstallError extends Error {
  override name = "InstallError";
}

export interface InstallOptions {
  /** In ms; a service that is not healthy by then is a failed install. */
  healthTimeout?: number;
  /** Called before every step. */
  report?: (step: string) => void;
}

/**
 * @returns what was done, in one line
 * @throws InstallError if the release is corrupt or does not become healthy; the release before then runs again, and the
 * message has the last answer of a failed health check, and ends with the journal of the failed one
 */
export async function install(
  manifest: Manifest,
  platform: Platform,
  { healthTimeout = 30_000, report = () => undefined }: InstallOptions = {},
): Promise<string> {
  const unit = unitOf(manifest);
  const previous = await installed(manifest.service, platform.root);
  const attempt = attemptPath(manifest.service, platform.root);
  const wasInterrupted = existsSync(attempt);
  const isSame = JSON.stringify(previous) === JSON.stringify(manifest);
  if (isSame && !wasInterrupted && (await isHealthyNow(unit, platform))) {
    return `${manifest.service} unchanged: release ${short(manifest)} is installed and healthy`;
  }
  if (!existsSync(join(platform.root, releaseFolder(manifest)))) {
    report(`unpack release ${short(manifest)}`);
    await unpack(manifest, platform);
  }
  await syncWay(manifest, platform);
  report("start it");
  await writeDurably(attempt, "");
  try {
    await platform.start(unit, wasInterrupted);
    report("wait until it is healthy");
    await waitUntilHealthy(unit, platform, healthTimeout);
  } catch (error) {
    // Read before the rollback adds to it; the rollback must not depend on it.
    const journal = await platform
      .journal(unit)
      .catch((unreadable: unknown) => `(can't be read: ${(unreadable as Error).message})`);
    const outcome = await rollBack(isSame ? undefined : previous, platform, healthTimeout, report);
    throw new InstallError(
      `${manifest.service} release ${short(manifest)} failed: ${(error as Error).message}; ${outcome}\n` +
        `its journal:\n${journal.trimEnd() || "(empty)"}`,
      { cause: error },
    );
  }
  report("record that it is installed");
  await writeDurably(recordPath(manifest.service, platform.root), JSON.stringify(manifest));
  await rm(attempt);
  report("remove what is not needed any more");
  await prune(manifest, previous, platform);
  return `${manifest.service} release ${short(manifest)} is installed and healthy`;
}

function short(manifest: Manifest): string {
  return manifest.release.sha256.slice(0, 12);
}

function recordPath(service: Manifest["service"], root: string): string {
  return join(root, serviceFolder(service), "manifest.json");
}

/** A file that exists while the running service may not be the recorded one. */
function attemptPath(service: Manifest["service"], root: string): string {
  return join(root, serviceFolder(service), "installing");
}

/** The last manifest that was installed successfully; undefined without a valid record. */
async function installed(service: Manifest["service"], root: string): Promise<Manifest | undefined> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(recordPath(service, root), "utf8")));
  } catch {
    return undefined;
  }
}

export async function installedManifests(root: string): Promise<Manifest[]> {
  const folder = join(root, installationRoot);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const manifests = await Promise.all(names.map(name => installed(name, root)));
  return manifests.filter(manifest => manifest !== undefined);
}

/** A folder under its final name is complete, because renaming it is the last step. */
async function unpack(manifest: Manifest, platform: Platform): Promise<void> {
  const folder = join(platform.root, releaseFolder(manifest));
  const archive = await readFile(join(platform.root, manifest.release.archive));
  const sha256 = createHash("sha256").update(archive).digest("hex");
  if (sha256 !== manifest.release.sha256) {
    throw new InstallError(
      `${manifest.release.archive} is corrupt: its SHA-256 digest is ${sha256}, the manifest says ${manifest.release.sha256}`,
    );
  }
  await rm(`${folder}.new`, { recursive: true, force: true });
  await mkdir(`${folder}.new`, { recursive: true });
  await extract({
    file: join(platform.root, manifest.release.archive),
    cwd: `${folder}.new`,
    preserveOwner: false,
    strict: true, // otherwise a file that can't be written, as on a full disk, is only a warning
  });
  await syncFiles(`${folder}.new`);
  await rename(`${folder}.new`, folder);
}

/**
 * Makes the names that lead to a release durable, from its own to that of the installation: a record that survives a power
 * cut must not name a release that does not. Also if an earlier run has made them and got no further.
 */
async function syncWay(manifest: Manifest, platform: Platform): Promise<void> {
  const top = dirname(installationRoot);
  for (let folder = releaseFolder(manifest); folder !== top; folder = dirname(folder))
    await sync(join(platform.root, dirname(folder)));
}

async function isHealthyNow(unit: Unit, platform: Platform): Promise<boolean> {
  return platform.healthy(unit, AbortSignal.timeout(2_000)).then(
    () => true,
    () => false,
  );
}

async function waitUntilHealthy(unit: Unit, platform: Platform, healthTimeout: number): Promise<void> {
  const signal = AbortSignal.timeout(healthTimeout);
  try {
    await platform.healthy(unit, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const answer = error instanceof Unhealthy ? `: ${error.message}` : "";
    throw new Error(`it is not healthy after ${healthTimeout / 1000} s${answer}`, { cause: error });
  }
}

async function rollBack(
  previous: Manifest | undefined,
  platform: Platform,
  healthTimeout: number,
  report: (step: string) => void,
): Promise<string> {
  if (!previous) return "there is no earlier release to go back to";
  report(`go back to release ${short(previous)}`);
  const unit = unitOf(previous);
  try {
    await platform.start(unit, false);
    await waitUntilHealthy(unit, platform, healthTimeout);
    await rm(attemptPath(previous.service, platform.root));
    return `release ${short(previous)} runs again`;
  } catch (error) {
    return `release ${short(previous)} does not come back either: ${(error as Error).message}`;
  }
}

const isDigest = /^[0-9a-f]{64}$/;

/**
 * Keeps the running release and the one before; of older runtimes those that these two or anything installed need; none
 * of the service's older archives. Whatever is newer may belong to the next release, copied already.
 */
async function prune(manifest: Manifest, previous: Manifest | undefined, platform: Platform): Promise<void> {
  const kept = [manifest, previous].filter(one => one !== undefined);

  const folder = join(platform.root, dirname(releaseFolder(manifest)));
  const releases = new Set(kept.map(({ release }) => release.sha256));
  for (const name of await readdir(folder)) {
    if (!releases.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }

  const inUse = [...kept, ...(await installedManifests(platform.root))];
  const runtimes = new Set(inUse.map(({ runtime }) => basename(dirname(runtime.binary))));
  const runtime = join(platform.root, dirname(manifest.runtime.binary));
  for (const path of await olderThan(runtime)) {
    const name = basename(path);
    if (isDigest.test(name) && !runtimes.has(name)) await rm(path, { recursive: true, force: true });
  }

  const isArchive = new RegExp(`^${manifest.service}-[0-9a-f]{64}\\.tar$`);
  for (const path of await olderThan(join(platform.root, manifest.release.archive))) {
    if (isArchive.test(basename(path))) await rm(path, { recursive: true, force: true });
  }
}

/** Its older siblings; none if it is gone itself. */
async function olderThan(path: string): Promise<string[]> {
  const others: string[] = [];
  if (!existsSync(path)) return others;
  const { mtimeMs } = await lstat(path);
  for (const name of await readdir(dirname(path))) {
    const other = join(dirname(path), name);
    if ((await lstat(other)).mtimeMs < mtimeMs) others.push(other);
  }
  return others;
}
