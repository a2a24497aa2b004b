/**
 * How a service reaches a host: which files are copied where, and the command that installs them. The command provider
 * and the host suite over plain SSH use the same strings.
 */
import { dirname } from "node:path/posix";
import { installationRoot as root } from "../installer/unit";
import type { Manifest } from "../manifest";
import { ports } from "../ports";
import type { Release } from "./release";
import { runtime } from "./runtime";

/** The user that provisions hosts. It has sudo but SFTP does not, so copies go to its home. */
export const remoteUser = "ec2-user";
const home = `/home/${remoteUser}`;

export const remoteRuntime = `${home}/${runtime.archiveName}`;
const runtimeFolder = `${root}/runtimes/${runtime.sha256}`;

/** What a release's location and installation depend on. */
type ReleaseName = Record<"service" | "sha256", string>;

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

/**
 * What is copied to a host, and what then runs there, with its standard input. `Source` is how the caller refers to a
 * file of this machine.
 */
export function shipmentOf<Source>(release: Release, runtimeArchive: Source) {
  return {
    copies: {
      runtime: { source: runtimeArchive, remotePath: remoteRuntime },
      release: { source: release.archive, remotePath: remoteRelease(release) },
    },
    command: installCommand(release),
    stdin: (environment: Record<string, string>) =>
      JSON.stringify(manifestFor(release, environment), undefined, 2),
  };
}

/**
 * The shell command that installs what was copied; it reads the manifest from standard input. It first unpacks the
 * runtime, which the installer itself needs, unless that is done; each step can be interrupted and repeated. Only one
 * such command works at a time, as one whose connection broke may still be running.
 */
export function installCommand(release: ReleaseName): string {
  const archive = remoteRelease(release);
  const installer = `${home}/installer-${release.service}`;
  return [
    "set -eu",
    checked(archive, release.sha256),
    // Once this has begun, nobody copies them again: after a power cut they are needed as they are.
    `sync --file-system ${home}`,
    `sudo -n mkdir -p ${root}`,
    `exec sudo -n flock ${root}/lock sh -euc '`,
    `if ! test -x ${runtimeFolder}/node; then`,
    `  ${checked(remoteRuntime, runtime.sha256)}`,
    `  rm -rf ${runtimeFolder}.new`,
    `  mkdir -p ${runtimeFolder}.new`,
    `  tar -xzf ${remoteRuntime} -C ${runtimeFolder}.new --strip-components=2 --no-same-owner ${runtime.binary}`,
    `  sync ${runtimeFolder}.new/node ${runtimeFolder}.new`,
    `  mv -T ${runtimeFolder}.new ${runtimeFolder}`,
    "fi",
    // Also if an earlier attempt has moved it and got no further.
    `sync ${root}/runtimes ${root} ${dirname(root)}`,
    // Not needed once unpacked; a host that lacks the runtime gets another copy.
    `rm -f ${remoteRuntime}`,
    `mkdir -p ${installer}`,
    `tar -xf ${archive} -C ${installer} installer.js`,
    `exec ${runtimeFolder}/node ${installer}/installer.js'`,
  ].join("\n");
}

function checked(path: string, sha256: string): string {
  return `echo "${sha256}  ${path}" | sha256sum --check --quiet -`;
}
