/** Everything the local region knows about the program it runs. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { install } from "../apps/installer/install";
import type { Unit } from "../apps/installer/unit";
import { manifestSchema } from "../apps/manifest";
import { sshPort } from "../apps/ports";
import { installCommand, remoteRuntime, remoteUser } from "../apps/shipping/ship";
import { awaitRefreshCommand } from "../infra/local-commands";
import type { Host } from "./hosts/host";
import { placeRuntime } from "./hosts/runtime";

export const ssh = { port: sshPort, user: remoteUser };

/** What the program runs on the deploying machine once something is made; at a start there is nothing to wait for. */
export const localCommands: ReadonlySet<string> = new Set([awaitRefreshCommand]);

/** The public SSM parameter that holds the id of the hosts' image. */
export const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/**
 * Runs the installer in-process, as the install command would on a host.
 * @throws for any other command, and if the installation fails
 */
export async function run(host: Host, command: string, stdin: string): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(stdin));
  if (command !== installCommand({ service: manifest.service, sha256: manifest.release.sha256 }))
    throw new Error("a host in the local region runs only the command that installs a service");
  const archive = join(host.root, remoteRuntime);
  await placeRuntime(archive, join(host.root, manifest.runtime.binary));
  await rm(archive, { force: true }); // as the command does, or every image would hold it
  return install(manifest, host);
}

/**
 * Environment values that override a service's manifest: a host here has one vCPU, load lasts as long on the region's
 * clock as it would on AWS, and the host's name is not this machine's.
 */
export function localEnvironment(
  { environment }: Unit,
  { hostName, speed }: { hostName: string; speed: number },
): Record<string, string> {
  const seconds = environment["STRESS_SECONDS"];
  return {
    HOST_NAME: hostName,
    ...(seconds !== undefined && { STRESS_SECONDS: String(Number(seconds) / speed), STRESS_WORKERS: "1" }),
  };
}
