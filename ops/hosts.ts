/** `npm run hosts`: what runs where. */
import { manifestSchema } from "../apps/manifest";
import { serviceFolder } from "../apps/installer/unit";
import { alignColumns } from "../local/cli/columns";
import { command, commonHelp, exitCodes } from "./command";
import type { Deployment } from "./deployment";
import { describeInstances, type Instance } from "./instances";
import { outputOn, sshCommand, withSsh, type SshArguments } from "./ssh";

export const hosts = command({
  help: `Lists the hosts and the fleet's instances: id, private and public address, zone,
health, release (asked over SSH), age, and how to get there.

Usage: npm run hosts -- [options]

${commonHelp}`,
  options: {},
  run: async ({ deployment: find, print, json, columns, signal }) => {
    const deployment = await find();
    const instances = await describeInstances(deployment);
    const found = await withSsh(deployment, argumentsFor =>
      Promise.all(
        instances.map(async instance => ({
          ...instance,
          release: await releaseOn(instance, argumentsFor, signal),
          ssh: sshCommand(deployment, instance),
        })),
      ),
    );
    if (json) print(JSON.stringify(found, undefined, 2));
    else {
      const rows = found.map(
        ({ name, instanceId, privateIp = "", publicIp = "", zone, health, release, launched }) => [
          ...[name, instanceId, privateIp, publicIp, zone],
          `${health}, release ${shortDigest(release)}, ${ageOf(launched)}`,
        ],
      );
      print(alignColumns([["", "instance", "private", "public", "zone", ""], ...rows], columns).join("\n"));
      print(sshHint(deployment));
    }
    return exitCodes.ok;
  },
});

/** The digest of its release, or why it can't be told. */
async function releaseOn(
  instance: Instance,
  argumentsFor: SshArguments,
  signal: AbortSignal,
): Promise<string> {
  const file = `${serviceFolder(instance.service)}/manifest.json`;
  try {
    const manifest = await outputOn(argumentsFor, instance, `sudo cat ${file}`, signal);
    return manifestSchema.parse(JSON.parse(manifest)).release.sha256;
  } catch (error) {
    signal.throwIfAborted();
    return `unknown: ${(error as Error).message}`;
  }
}

/** As the installer shows digests; an explanation in its place stays whole. */
function shortDigest(release: string): string {
  return /^[0-9a-f]{64}$/.test(release) ? release.slice(0, 12) : release;
}

/** In the largest unit that it fills. */
export function ageOf(launched: Date, now = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - launched.getTime()) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} d`;
}

function sshHint(deployment: Deployment): string {
  const typed = sshCommand(deployment, { instanceId: "INSTANCE", publicIp: "PUBLIC-ADDRESS" });
  const key = deployment.ssh.privateKey ? ", where KEY is a file with the stack's output sshPrivateKey" : "";
  return `On a host: ${typed}${key}`;
}
