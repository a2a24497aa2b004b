/** EC2: VPCs and their contents, key pairs, images, instances and launch templates. */
import type { VpcModel } from "../../network/reachability/vpc-model";
import type { VirtualNetwork } from "../../network/virtual-network";
import type { FlowLog } from "./flow-logs";
import { Images } from "./images";
import type { InstanceContext } from "./instance-context";
import { Instances } from "./instances";
import { KeyPairs } from "./key-pairs";
import type { LaunchTemplate } from "./launch-template";
import { NetworkInsights } from "./network-insights";
import { NetworkInterfaces } from "./network-interfaces";
import type { Volume } from "./volumes";

export interface Ec2Options extends Omit<InstanceContext, "interfaces" | "images" | "volumes" | "network"> {
  network: VirtualNetwork;
}

export class Ec2 {
  readonly vpc: VpcModel;
  readonly interfaces: NetworkInterfaces;
  readonly instances: Instances;
  readonly keyPairs = new KeyPairs();
  readonly images: Images;
  readonly volumes = new Map<string, Volume>();
  readonly flowLogs = new Map<string, FlowLog>();
  readonly networkInsights = new NetworkInsights();
  readonly launchTemplates = new Map<string, LaunchTemplate>();

  constructor(options: Ec2Options) {
    const { vpc, network, volumes } = { ...options, volumes: this.volumes };
    this.vpc = vpc;
    this.interfaces = new NetworkInterfaces(vpc, network);
    this.images = new Images({ ...options, volumes });
    this.instances = new Instances({ ...options, interfaces: this.interfaces, images: this.images, volumes });
  }
}
