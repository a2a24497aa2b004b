/** The command provider's resources: file copies and the installer's command by SSH, and commands on this machine. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Host } from "../../hosts/host";
import { hex } from "../../identifiers";
import type { VirtualNetwork } from "../../network/virtual-network";
import { publicKeyOf } from "../../hosts/ssh/openssh-keys";
import { explain } from "../../network/reachability/words";
import { resourceType, type ResourceTypes } from "./resource-type";

export interface CommandContext {
  network: Pick<VirtualNetwork, "probe">;
  /** The Internet address that connections come from. */
  operatorAddress: string;
  hosts: ReadonlyMap<string, Host>;
  /** The port that sshd listens on, and the only user it accepts. */
  ssh: { port: number; user: string };
  /** Runs a command on a host with `stdin`; resolves to its standard output. */
  run(host: Host, command: string, stdin: string): Promise<string>;
  /** Commands on this machine that have nothing to do here. No other is accepted, and none is ever run. */
  localCommands: ReadonlySet<string>;
}

const connection = z.strictObject({
  /** Needed by SSH; here, the host is reached in this process. */
  proxy: z.looseObject({ host: z.string() }).optional(),
  host: z.string(),
  port: z.int(),
  user: z.string(),
  privateKey: z.string(),
  /** Retries while a host boots; unused here, because a host is either up or never will be. */
  dialErrorLimit: z.int().optional(),
  perDialTimeout: z.int().optional(),
});
const triggers = z.array(z.unknown()).optional();

export const commandTypes = (context: CommandContext): ResourceTypes => ({
  "command:remote:CopyToRemote": resourceType({
    inputs: z.strictObject({
      connection,
      source: z.instanceof(pulumi.asset.FileAsset),
      remotePath: z.string().startsWith("/"),
      triggers,
    }),
    async create(_aws, { connection, source, remotePath }) {
      await connect(context, connection).copyHere(await source.path, remotePath);
      return { id: hex(32) };
    },
  }),

  "command:remote:Command": resourceType({
    inputs: z.strictObject({
      connection,
      create: z.string(),
      stdin: z.string(),
      triggers,
      addPreviousOutputInEnv: z.literal(false).optional(),
    }),
    async create(_aws, { connection, create, stdin }) {
      const host = connect(context, connection);
      return { id: hex(32), outputs: { stdout: await context.run(host, create, stdin), stderr: "" } };
    },
  }),

  "command:local:Command": resourceType({
    inputs: z.strictObject({
      create: z.string().optional(),
      stdin: z.string().optional(),
      /** Never due: a start only creates. */
      delete: z.string().optional(),
      triggers,
    }),
    create(_aws, { create }) {
      if (create !== undefined && !context.localCommands.has(create))
        throw new Error(
          `a start runs no command on this machine, and doesn't know ${JSON.stringify(create)}`,
        );
      return Promise.resolve({ id: hex(32), outputs: { stdout: "", stderr: "" } });
    },
  }),
});

/**
 * The host that an SSH connection reaches.
 * @throws with ssh's error if the connection or authentication fails
 */
function connect(
  { network, operatorAddress, hosts, ssh }: CommandContext,
  { host: address, port, user, privateKey }: z.infer<typeof connection>,
): Host {
  const decision = network.probe({ internetAddress: operatorAddress }, { address, port });
  const { drop } = decision;
  if (drop) throw new Error(`ssh: dial tcp ${address}:${port}: i/o timeout\n${drop.code}: ${explain(drop)}`);
  const host = [...hosts.values()].find(
    ({ options }) => options.interfaceId === decision.destinationInterfaceId,
  );
  if (!host || port !== ssh.port)
    throw new Error(`ssh: dial tcp ${address}:${port}: connection refused: nothing listens there`);
  const { authorizedKey } = host.options;
  if (user !== ssh.user || authorizedKey === undefined || publicKeyOf(privateKey) !== authorizedKey)
    throw new Error(
      `ssh: handshake failed: ssh: unable to authenticate ${user}@${address}: the key is not authorized`,
    );
  return host;
}
