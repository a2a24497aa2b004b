/** What the command provider does over SSH: copies, and the installer's command. */
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { install } from "../../../apps/installer/install";
import { manifestSchema } from "../../../apps/manifest";
import { sshPort } from "../../../apps/ports";
import { installCommand, remoteRuntime, remoteUser } from "../../../apps/shipping/ship";
import type { Host } from "../../hosts/host";
import { placeRuntime } from "../../hosts/runtime";
import { hex } from "../../identifiers";
import type { Region } from "../../region";
import { handler, type Handlers } from "./handler";
import { publicKeyOf } from "./identity";

const connection = z.strictObject({
  host: z.string(),
  port: z.int(),
  user: z.string(),
  privateKey: z.string(),
  /** How patiently a host that boots is dialled: here it is up, or never will be. */
  dialErrorLimit: z.int().optional(),
  perDialTimeout: z.int().optional(),
});
const triggers = z.array(z.unknown()).optional();

export const commands: Handlers = {
  "command:remote:CopyToRemote": handler({
    inputs: z.strictObject({
      connection,
      source: z.instanceof(pulumi.asset.FileAsset),
      remotePath: z.string().startsWith("/"),
      triggers,
    }),
    async create({ region }, { connection, source, remotePath }) {
      const host = logIn(region, connection);
      const target = join(host.root, normalize(remotePath)); // "/.." is "/", there as here
      await mkdir(dirname(target), { recursive: true });
      await copyFile(await source.path, target);
      return { id: hex(32) };
    },
    delete() {
      // The command provider leaves what it copied.
    },
  }),

  "command:remote:Command": handler({
    inputs: z.strictObject({
      connection,
      create: z.string(),
      stdin: z.string(),
      triggers,
      addPreviousOutputInEnv: z.literal(false).optional(),
    }),
    async create({ region }, { connection, create, stdin }) {
      const host = logIn(region, connection);
      return { id: hex(32), outputs: { stdout: await run(host, create, stdin), stderr: "" } };
    },
    async update({ region }, { connection, create, stdin }) {
      const host = logIn(region, connection);
      return { stdout: await run(host, create, stdin), stderr: "" };
    },
    delete() {
      // Without a `delete` command nothing is run.
    },
  }),
};

/** The installer, as its command would start it: there is no shell between. */
async function run(host: Host, command: string, stdin: string): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(stdin));
  if (command !== installCommand({ service: manifest.service, sha256: manifest.release.sha256 })) {
    throw new Error("a host of the local region runs no other command than the one that installs a service");
  }
  await placeRuntime(join(host.root, remoteRuntime), join(host.root, manifest.runtime.binary));
  return install(manifest, host);
}

/** The host at the other end of an SSH connection, if one can be made and the key fits. */
function logIn(region: Region, { host: address, port, user, privateKey }: z.infer<typeof connection>): Host {
  const decision = region.virtualNetwork.probe(
    { internetAddress: region.operatorAddress },
    { address, port },
  );
  if (decision.drop) {
    throw new Error(
      `ssh: dial tcp ${address}:${port}: i/o timeout\n${decision.drop.code}: ${decision.drop.explanation}`,
    );
  }
  const host = [...region.hosts.values()].find(
    ({ options }) => options.interfaceId === decision.destinationInterfaceId,
  );
  if (!host || port !== sshPort)
    throw new Error(`ssh: dial tcp ${address}:${port}: connection refused: nothing listens there`);
  const authorized = region.keyPairs.get(host.options.keyName ?? "");
  if (user !== remoteUser || authorized === undefined || publicKeyOf(privateKey) !== authorized) {
    throw new Error(
      `ssh: handshake failed: ssh: unable to authenticate ${user}@${address}: its authorized key is another`,
    );
  }
  return host;
}
