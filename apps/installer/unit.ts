/** A unit: one running service as its manifest describes it, in terms of any service manager. */
import type { Manifest } from "../manifest";

export interface Unit {
  service: Manifest["service"];
  /** The command line: the runtime and the service's entry point, absolute paths on the host. */
  command: [string, string];
  environment: Record<string, string>;
  /** Socket name to port. */
  ports: Record<string, number>;
}

/**
 * What the runtime is started with. V8 would let the young generation grow with time, on a large machine to 128 MB: a
 * service's is as large as it will be from the start, in MB (see "Command-line API" in Node's documentation).
 */
export const runtimeOptions = ["--min-semi-space-size=4", "--max-semi-space-size=4"];

/** Holds a folder for each service, and what they share. */
export const installationRoot = "/opt/elastic-fleet";

/** Where the installer keeps everything of a service. */
export function serviceFolder(service: Manifest["service"]): string {
  return `${installationRoot}/${service}`;
}

export function releaseFolder(manifest: Manifest): string {
  return `${serviceFolder(manifest.service)}/releases/${manifest.release.sha256}`;
}

export function unitOf(manifest: Manifest): Unit {
  return {
    service: manifest.service,
    command: [manifest.runtime.binary, `${releaseFolder(manifest)}/main.js`],
    environment: manifest.environment,
    ports: manifest.ports,
  };
}
