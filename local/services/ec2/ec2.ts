/** EC2: VPCs and their contents, key pairs, images, instances and launch templates. */
import { join } from "node:path";
import { resourceId } from "../../identifiers";
import type { VpcModel } from "../../network/reachability/vpc-model";
import type { VirtualNetwork } from "../../network/virtual-network";
import { Image } from "./image";
import { Instances, type InstanceContext } from "./instances";
import type { LaunchTemplate } from "./launch-template";
import { NetworkInterfaces } from "./network-interfaces";
import { find } from "./resource-types";

export interface Ec2Options extends Omit<InstanceContext, "interfaces" | "images" | "network"> {
  network: VirtualNetwork;
}

export class Ec2 {
  readonly vpc: VpcModel;
  readonly interfaces: NetworkInterfaces;
  readonly instances: Instances;
  /** Public keys by key pair name. */
  readonly keyPairs = new Map<string, string>();
  readonly images = new Map<string, Image>();
  readonly launchTemplates = new Map<string, LaunchTemplate>();

  constructor(private readonly options: Ec2Options) {
    this.vpc = options.vpc;
    this.interfaces = new NetworkInterfaces(options.vpc, options.network);
    this.instances = new Instances({ ...options, interfaces: this.interfaces, images: this.images });
  }

  /**
   * Creates an image of an instance's disk and resolves to its id. The host restarts, as on EC2, so that the disk is
   * consistent.
   * @throws AwsError if the instance isn't running
   */
  async createImage(name: string, instanceId: string): Promise<string> {
    const host = find(this.instances.hosts, "instance", instanceId);
    const id = resourceId("ami");
    await host.restart(async () => {
      this.images.set(id, await Image.of(host.root, join(this.options.folder, "images", id)));
    });
    this.options.report(`image ${name} created from ${host.options.name}`);
    return id;
  }

  async deregisterImage(id: string): Promise<void> {
    const image = this.images.get(id);
    this.images.delete(id);
    await image?.deregister();
  }
}
