/** Everything the local region knows about the program it runs. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { install } from "../apps/installer/install";
import { installationRoot, serviceFolder, type Unit } from "../apps/installer/unit";
import { manifestSchema } from "../apps/manifest";
import { sshPort } from "../apps/ports";
import { installCommand, remoteRuntime, remoteUser } from "../apps/shipping/ship";
import { awaitRefreshCommand } from "../infra/local-commands";
import type { Host } from "./hosts/host";
import { assertRuntime, placeRuntime } from "./hosts/runtime";
import type { HostCommand } from "./hosts/ssh/commands";
import { cat, hostname, journalctl, systemctlStatus } from "./hosts/ssh/operator-commands";

export const ssh = { port: sshPort, user: remoteUser };

/** What the program runs on the deploying machine once something is made; at a start there is nothing to wait for. */
export const localCommands: ReadonlySet<string> = new Set([awaitRefreshCommand]);

/** The public SSM parameter that holds the id of the hosts' image. */
export const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

export interface RunOptions {
  /** Receives each step. */
  report?: (step: string) => void;
  /** The runtime's archive may have been cut on its way here, and is hashed. */
  cameByNetwork?: boolean;
}

/**
 * Runs the command that installs a service as a host would: checks what was copied, unpacks the runtime, and runs the
 * installer, in-process. Only one installs at a time.
 * @throws for any other command, and if the installation fails
 */
export async function run(
  host: Host,
  command: string,
  stdin: string,
  { report, cameByNetwork = false }: RunOptions = {},
): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(stdin));
  const { service, release } = manifest;
  if (command !== installCommand({ service, sha256: release.sha256 }))
    throw new Error("a host in the local region runs only the command that installs a service");
  return host.exclusively(async () => {
    const archive = join(host.root, remoteRuntime);
    const binary = join(host.root, manifest.runtime.binary);
    if (!existsSync(binary)) {
      if (cameByNetwork) await assertRuntime(archive);
      await placeRuntime(archive, binary);
    }
    // As on a host: a host that lacks the runtime gets another copy.
    await rm(archive, { force: true });
    return install(manifest, host, { report: step => report?.(`${service}: ${step}`) });
  });
}

const installService: HostCommand = {
  match: line => {
    const [, service = "", sha256 = ""] = /\/([a-z-]+)-([0-9a-f]{64})\.tar/.exec(line) ?? [];
    if (line !== installCommand({ service, sha256 })) return undefined;
    return async ({ host, stdin, stdout, stderr }) => {
      try {
        const report = (step: string) => void stderr(`${step}\n`);
        const outcome = await run(host, line, await stdin(), { report, cameByNetwork: true });
        await stdout(`${outcome}\n`);
        return 0;
      } catch (error) {
        await stderr(`install failed: ${(error as Error).message}\n`);
        return 1;
      }
    };
  },
};

const manifestPath = /^(.+)\/[a-z-]+\/manifest\.json$/;

/** What a host understands by SSH. */
export const commands: readonly HostCommand[] = [
  installService,
  hostname,
  systemctlStatus,
  journalctl,
  cat(
    `cat ${serviceFolder("SERVICE")}/manifest.json`,
    path => manifestPath.exec(path)?.[1] === installationRoot,
  ),
];

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
