/** A host that can be reached by SSH, through a bastion on a free port, and clients of both; `cleanUp` ends them. */
import { once } from "node:events";
import { join } from "node:path";
import { Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from "ssh2";
import { remoteUser } from "../apps/shipping/ship";
import { SshAccess } from "../local/hosts/ssh/access";
import { bastionUser } from "../local/hosts/ssh/client-files";
import { newKeyPair } from "../local/hosts/ssh/openssh-keys";
import { listen } from "../local/network/http/servers";
import { commands } from "../local/program";
import { onCleanUp } from "./clean-up";
import { declaredHost } from "./declared-host";
import { home, interfaces } from "./declared-network";
import { temporaryFolder } from "./folders";

const { receiver1 } = interfaces;
export const address = receiver1.publicIpAddress ?? "";

/** Boots receiver-1 of the declared network, with a key pair, and opens SSH to it. */
export async function sshHost() {
  const folder = temporaryFolder();
  const key = newKeyPair();
  const { host, model, network, dns, flows } = await declaredHost({
    root: join(folder, "hosts", "receiver-1"),
    authorizedKey: key.publicKey,
    speed: 1,
  });
  const hosts = [host];
  const access = await SshAccess.open({
    ...{ folder, network, dns, operatorAddress: home, commands, listen },
    hosts: () => hosts,
    interfaceOf: id => model.networkInterfaces.get(id),
  });
  onCleanUp(() => access.close());
  await access.refresh();
  return {
    host,
    hosts,
    model,
    network,
    flows,
    folder,
    access,
    port: access.port,
    privateKey: key.privateKey,
  };
}

export type SshHost = Awaited<ReturnType<typeof sshHost>>;

/** Rejects with what keeps the client from logging in. */
export async function connected(config: ConnectConfig): Promise<Client> {
  const client = new Client();
  onCleanUp(() => client.end());
  await new Promise<unknown>((resolve, reject) => {
    client.on("error", reject).on("ready", () => resolve(undefined)); // later errors come of tests that break the connection
    client.on("close", () => reject(new Error("the server has ended the connection")));
    client.connect(config);
  });
  return client;
}

/** A client of the bastion, which takes any key. */
export function bastionClient(port: number): Promise<Client> {
  return connected({ host: "127.0.0.1", port, username: bastionUser, privateKey: newKeyPair().privateKey });
}

export function tunnel(bastion: Client, to = address, port = 22): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, to, port, (error, channel) =>
      error ? reject(error) : resolve(channel),
    );
  });
}

/** A client of the host, through a bastion's of its own. */
export async function hostClient(
  { port, privateKey }: Pick<SshHost, "port" | "privateKey">,
  config: ConnectConfig = {},
): Promise<Client> {
  const sock = await tunnel(await bastionClient(port));
  return connected({ username: remoteUser, privateKey, ...config, sock });
}

export interface Output {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. */
export async function execOn(
  client: Client,
  command: string,
  input: string | Buffer = "",
  pty = false,
): Promise<Output> {
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec(command, { pty }, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const output = { stdout: "", stderr: "" };
  channel.on("data", (data: Buffer) => (output.stdout += data.toString()));
  channel.stderr.on("data", (data: Buffer) => (output.stderr += data.toString()));
  channel.end(input);
  // Its "exit" event may be over already.
  const [code] = (await once(channel, "close")) as [number | undefined];
  return { code, ...output };
}

export function sftpOf(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
  });
}
