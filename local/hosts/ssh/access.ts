/** SSH into a region: the bastion, and the files by which ssh finds the hosts. */
import type net from "node:net";
import { cacheFolder } from "../../../apps/shipping/cache";
import type { NetworkInterface } from "../../network/reachability/vpc-model";
import type { Host } from "../host";
import { Bastion, type BastionOptions } from "./bastion";
import { ClientFiles } from "./client-files";
import type { HostCommand } from "./commands";
import { hostKeyIn } from "./host-key";
import { serveHost } from "./host-server";

export interface SshAccessOptions extends Pick<BastionOptions, "network" | "dns" | "operatorAddress"> {
  /** The region's, an absolute path. */
  folder: string;
  /** Listens on a loopback port and resolves to it. */
  listen: (server: net.Server) => Promise<number>;
  /** What hosts understand. */
  commands: readonly HostCommand[];
  /** The running hosts. */
  hosts: () => Iterable<Host>;
  interfaceOf: (
    interfaceId: string,
  ) => Pick<NetworkInterface, "privateIpAddress" | "publicIpAddress"> | undefined;
}

export class SshAccess {
  private constructor(
    /** The bastion's loopback port. */
    readonly port: number,
    private readonly bastion: Bastion,
    private readonly files: ClientFiles,
    private readonly options: SshAccessOptions,
  ) {}

  static async open(options: SshAccessOptions): Promise<SshAccess> {
    const { folder, commands, listen, hosts } = options;
    const { privateKey: hostKey, publicKey } = await hostKeyIn(cacheFolder());
    const bastion = new Bastion({
      ...options,
      hostKey,
      hostAt: interfaceId => [...hosts()].find(host => host.options.interfaceId === interfaceId),
      serveHost: (channel, host) => serveHost(channel, host, { hostKey, commands }),
    });
    const port = await listen(bastion.server);
    const files = new ClientFiles({ folder, port, publicKey });
    await files.open();
    return new SshAccess(port, bastion, files, options);
  }

  /** Lists the hosts anew; call it when one has started or ended. */
  async refresh(): Promise<void> {
    const { hosts, interfaceOf } = this.options;
    const reachable = [...hosts()].flatMap(({ options: { name, instanceId, interfaceId } }) => {
      const { publicIpAddress, privateIpAddress } = interfaceOf(interfaceId) ?? {};
      const address = publicIpAddress ?? privateIpAddress;
      return address === undefined ? [] : [{ name, instanceId, address }];
    });
    await this.files.list(reachable);
  }

  /** Makes a private key one of those that ssh tries. */
  async addKey(name: string, privateKey: string): Promise<void> {
    await this.files.addKey(name, privateKey);
  }

  /** Ends all connections; resolves once the files are written. */
  async close(): Promise<void> {
    this.bastion.close();
    await this.files.close();
  }
}
