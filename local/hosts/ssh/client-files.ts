/** What OpenSSH's clients need to reach the region's hosts by name: `ssh -F .local/ssh_config receiver-1`. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { remoteUser } from "../../../apps/shipping/ship";
import { newKeyPair } from "./openssh-keys";

export interface ReachableHost {
  /** Its Name tag. */
  name: string;
  instanceId: string;
  address: string;
}

export const bastionUser = "operator";
/** The bastion's name in the configuration. */
const bastion = "bastion";

interface ClientFilesOptions {
  /** An absolute path. */
  folder: string;
  /** The bastion's. */
  port: number;
  /** The host key, as in known_hosts. */
  publicKey: string;
}

export class ClientFiles {
  private readonly keys: string[] = [];
  private hosts: ReachableHost[] = [];
  private written = Promise.resolve();
  private isClosed = false;

  constructor(private readonly options: ClientFilesOptions) {}

  /** Writes the files for a region without hosts. */
  async open(): Promise<void> {
    const { folder, publicKey } = this.options;
    await mkdir(join(folder, "ssh_keys"), { mode: 0o700 });
    // Whatever the region answers for has its key; the file is for nothing else.
    await writeFile(join(folder, "known_hosts"), `* ${publicKey}\n`);
    // The bastion takes any key, but there must be one.
    await this.save("bastion", newKeyPair().privateKey);
  }

  /** Makes a private key one of those that ssh tries. */
  async addKey(name: string, privateKey: string): Promise<void> {
    await this.save(`${encodeURIComponent(name)}.key`, privateKey);
  }

  private async save(name: string, privateKey: string): Promise<void> {
    const file = join(this.options.folder, "ssh_keys", name);
    await this.inTurn(async () => {
      await writeFile(file, privateKey, { mode: 0o600, flag: "wx" });
      this.keys.push(file);
      await this.write();
    });
  }

  /** Replaces the hosts. */
  async list(hosts: ReachableHost[]): Promise<void> {
    this.hosts = hosts;
    await this.inTurn(() => this.write());
  }

  /** Resolves once the last file is written; nothing is written from now on. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.written;
  }

  private async write(): Promise<void> {
    const file = join(this.options.folder, "ssh_config");
    await writeFile(`${file}.new`, sshConfig({ ...this.options, keys: this.keys, hosts: this.hosts }));
    await rename(`${file}.new`, file);
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    if (this.isClosed) return this.written;
    const writing = this.written.then(work);
    this.written = writing.catch(() => undefined); // a failure is this one's only
    return writing;
  }
}

/** Source: ssh_config(5); the first value found for a setting counts. */
export function sshConfig({
  folder,
  port,
  keys,
  hosts,
}: Omit<ClientFilesOptions, "publicKey"> & { keys: string[]; hosts: ReachableHost[] }): string {
  return [
    "# Written by the local region, and rewritten whenever an instance starts or ends.",
    `Host ${bastion}`,
    "  HostName 127.0.0.1",
    `  Port ${port}`,
    `  User ${bastionUser}`,
    ...hosts.flatMap(host => [`Host ${aliases(host, hosts).join(" ")}`, `  HostName ${host.address}`]),
    `Host * !${bastion}`,
    `  User ${remoteUser}`,
    `  ProxyJump ${bastion}`,
    "Host *",
    ...keys.map(file => `  IdentityFile ${quoted(file)}`),
    "  IdentitiesOnly yes",
    "  PreferredAuthentications publickey",
    "  StrictHostKeyChecking yes",
    `  UserKnownHostsFile ${quoted(join(folder, "known_hosts"))}`,
    "",
  ].join("\n");
}

/** A host's name, if ssh can take it and no other host has it, and its id. */
function aliases({ name, instanceId }: ReachableHost, hosts: ReachableHost[]): string[] {
  const isUsable = /^\w[\w.-]*$/.test(name) && name !== bastion;
  const isUnique = hosts.filter(host => host.name === name).length === 1;
  return isUsable && isUnique ? [name, instanceId] : [instanceId];
}

/** A path, which ssh would split at spaces and expand at percent signs. */
function quoted(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}
