/** What the command provider does over SSH: copies, and the installer's command. */
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Host } from "../../hosts/host";
import { hex } from "../../identifiers";
import type { VirtualNetwork } from "../../network/virtual-network";
import { handler, type Handlers } from "./handler";
import { publicKeyOf } from "./identity";

export interface CommandContext {
  network: Pick<VirtualNetwork, "probe">;
  /** Where on the Internet the connections come from. */
  operatorAddress: string;
  hosts: ReadonlyMap<string, Host>;
  /** Public keys by the names of their pairs. */
  keyPairs: ReadonlyMap<string, string>;
  /** The port that sshd listens on, and the user that it lets in. */
  ssh: { port: number; user: string };
  /** Runs a command with its standard input on a host; resolves to its standard output. */
  run(host: Host, command: string, stdin: string): Promise<string>;
}

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

export const commandHandlers = (context: CommandContext): Handlers => ({
  "command:remote:CopyToRemote": handler({
    inputs: z.strictObject({
      connection,
      source: z.instanceof(pulumi.asset.FileAsset),
      remotePath: z.string().startsWith("/"),
      triggers,
    }),
    async create(_name, { connection, source, remotePath }) {
      const host = logIn(context, connection);
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
    async create(_name, { connection, create, stdin }) {
      const host = logIn(context, connection);
      return { id: hex(32), outputs: { stdout: await context.run(host, create, stdin), stderr: "" } };
    },
    async update(_existing, { connection, create, stdin }) {
      const host = logIn(context, connection);
      return { stdout: await context.run(host, create, stdin), stderr: "" };
    },
    delete() {
      // Without a `delete` command nothing is run.
    },
  }),
});

/** The host at the other end of an SSH connection, if one can be made and the key fits. */
function logIn(
  { network, operatorAddress, hosts, keyPairs, ssh }: CommandContext,
  { host: address, port, user, privateKey }: z.infer<typeof connection>,
): Host {
  const decision = network.probe({ internetAddress: operatorAddress }, { address, port });
  if (decision.drop) {
    throw new Error(
      `ssh: dial tcp ${address}:${port}: i/o timeout\n${decision.drop.code}: ${decision.drop.explanation}`,
    );
  }
  const host = [...hosts.values()].find(
    ({ options }) => options.interfaceId === decision.destinationInterfaceId,
  );
  if (!host || port !== ssh.port)
    throw new Error(`ssh: dial tcp ${address}:${port}: connection refused: nothing listens there`);
  const authorized = keyPairs.get(host.options.keyName ?? "");
  if (user !== ssh.user || authorized === undefined || publicKeyOf(privateKey) !== authorized) {
    throw new Error(
      `ssh: handshake failed: ssh: unable to authenticate ${user}@${address}: its authorized key is another`,
    );
  }
  return host;
}
