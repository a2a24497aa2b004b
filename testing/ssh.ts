/** A host that can be reached by SSH, through a bastion on a free port, and clients of both; `cleanUp` ends them. */
import { once } from "node:events";
import { join } from "node:path";
import { Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from "ssh2";
import { remoteUser } from "../apps/shipping/ship";
import { realClock } from "../local/clock";
import { Host } from "../local/hosts/host";
import { SshAccess } from "../local/hosts/ssh/access";
import { bastionUser } from "../local/hosts/ssh/client-files";
import { newKeyPair } from "../local/hosts/ssh/openssh-keys";
import { decisionLog } from "../local/network/decision-log";
import { Dns } from "../local/network/dns";
import { FlowLog } from "../local/network/flow-log";
import { listen } from "../local/network/http/servers";
import { VirtualNetwork } from "../local/network/virtual-network";
import { commands, localEnvironment } from "../local/program";
import { onCleanUp } from "./clean-up";
import { accountId, declaredNetwork, home, interfaces } from "./declared-network";
import { temporaryFolder } from "./folders";

const { receiver1 } = interfaces;
export const address = receiver1.publicIpAddress ?? "";

/** Boots receiver-1 of the declared network, with a key pair, and opens SSH to it. */
export async function sshHost() {
  const model = declaredNetwork();
  const flows: string[] = [];
  const now = () => 0;
  const flowLog = new FlowLog({ accountId, now, write: line => flows.push(line) });
  const network = new VirtualNetwork(model, flowLog, decisionLog({ now, write: () => undefined }));
  const dns = new Dns();
  const folder = temporaryFolder();
  const key = newKeyPair();
  const host = new Host({
    name: "receiver-1",
    instanceId: "i-0123",
    interfaceId: receiver1.id,
    root: join(folder, "hosts", "receiver-1"),
    authorizedKey: key.publicKey,
    metadata: () => ({
      instanceId: "i-0123",
      imageId: "ami-0123",
      instanceType: "t3.micro",
      privateIp: receiver1.privateIpAddress,
      region: "us-east-1",
      availabilityZone: "us-east-1a",
      securityGroupNames: [],
      access: { httpTokens: "required", httpEndpoint: "enabled" },
      credentials: () => {
        throw new Error("no profile");
      },
    }),
    network,
    dns,
    ec2Api: { address: "192.0.2.10", port: 443 },
    clock: realClock(1),
    localEnvironment,
    report: () => undefined,
  });
  await host.boot();
  onCleanUp(() => host.shutDown());
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
