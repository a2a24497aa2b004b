/**
 * How a service reaches a host: which files are copied where, and the command that installs them. Whoever
 * ships (the command provider, the host suite over plain SSH) uses these same strings.
 */
import type { Manifest } from "../manifest";
import { ports } from "../ports";
import type { Release } from "./release";
import { runtime } from "./runtime";

/** The user that hosts are provisioned as; it has sudo, SFTP does not: copies go to its home. */
export const remoteUser = "ec2-user";
const home = `/home/${remoteUser}`;

export const remoteRuntime = `${home}/${runtime.archiveName}`;
const root = "/opt/elastic-fleet";
const runtimeFolder = `${root}/runtimes/${runtime.sha256}`;

/** What of a release its place and its installation depend on. */
interface ReleaseName {
  service: string;
  sha256: string;
}

export function remoteRelease(release: ReleaseName): string {
  return `${home}/${release.service}-${release.sha256}.tar`;
}

export function manifestFor(
  release: Pick<Release, "service" | "sha256">,
  environment: Record<string, string>,
): Manifest {
  return {
    service: release.service,
    release: { sha256: release.sha256, archive: remoteRelease(release) },
    runtime: { binary: `${runtimeFolder}/node` },
    ports: ports[release.service],
    environment,
  };
}

/** Everything that reaches a host, and what is then run there. `Source` is how the caller refers to a file of this machine. */
export interface Shipment<Source> {
  /** What is copied, by what it is: a file of this machine, and its path on the host. */
  copies: Record<"runtime" | "release", { source: Source; remotePath: string }>;
  command: string;
  /** What the command reads from its standard input. */
  stdin: (environment: Record<string, string>) => string;
}

export function shipmentOf<Source>(release: Release, runtimeArchive: Source): Shipment<Source | string> {
  return {
    copies: {
      runtime: { source: runtimeArchive, remotePath: remoteRuntime },
      release: { source: release.archive, remotePath: remoteRelease(release) },
    },
    command: installCommand(release),
    stdin: environment => JSON.stringify(manifestFor(release, environment), undefined, 2),
  };
}

/**
 * The shell command that installs what was copied; it reads the manifest from its standard input. It first
 * unpacks the runtime, which the installer itself needs, unless that is done; each step can be interrupted
 * and done again. One such command works at a time: one whose connection broke may still be at it.
 */
export function installCommand(release: ReleaseName): string {
  const archive = remoteRelease(release);
  const installer = `${home}/installer-${release.service}`;
  return [
    "set -eu",
    checked(archive, release.sha256),
    `sudo -n mkdir -p ${root}`,
    `exec sudo -n flock ${root}/lock sh -euc '`,
    `if ! test -x ${runtimeFolder}/node; then`,
    `  ${checked(remoteRuntime, runtime.sha256)}`,
    `  rm -rf ${runtimeFolder}.new`,
    `  mkdir -p ${runtimeFolder}.new`,
    `  tar -xzf ${remoteRuntime} -C ${runtimeFolder}.new --strip-components=2 --no-same-owner ${runtime.binary}`,
    `  sync ${runtimeFolder}.new/node ${runtimeFolder}.new`,
    `  mv -T ${runtimeFolder}.new ${runtimeFolder}`,
    `  sync ${root}/runtimes`,
    "fi",
    // Unpacked, it is needed no more; a host that lacks the runtime is one that it is copied to again.
    `rm -f ${remoteRuntime}`,
    `mkdir -p ${installer}`,
    `tar -xf ${archive} -C ${installer} installer.js`,
    `exec ${runtimeFolder}/node ${installer}/installer.js'`,
  ].join("\n");
}

function checked(path: string, sha256: string): string {
  return `echo "${sha256}  ${path}" | sha256sum --check --quiet -`;
}
