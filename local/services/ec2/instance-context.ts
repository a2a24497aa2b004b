import type { Clock } from "../../clock";
import type { HostOptions } from "../../hosts/host";
import type { InstanceProfile, Metadata } from "../../hosts/metadata";
import type { Dns } from "../../network/dns";
import type { VpcModel } from "../../network/reachability/vpc-model";
import type { Image } from "./image";
import type { NetworkInterfaces } from "./network-interfaces";
import type { Volume } from "./volumes";

/** What instances need from the rest of the region. */
export interface InstanceContext extends Pick<
  HostOptions,
  "network" | "ec2Api" | "localEnvironment" | "report"
> {
  regionName: string;
  /** Holds the hosts' disks. */
  folder: string;
  clock: Clock;
  dns: Dns;
  vpc: VpcModel;
  interfaces: NetworkInterfaces;
  images: ReadonlyMap<string, Image>;
  volumes: Map<string, Volume>;
  identities: {
    readonly instanceProfiles: ReadonlyMap<string, InstanceProfile>;
    credentialsFor(instanceId: string, roleName: string): ReturnType<Metadata["credentials"]>;
    endSessions(instanceId: string): void;
  };
  /** Called as soon as an instance begins to stop or to terminate. */
  onEnd: (instanceId: string, how: "stopped" | "terminated") => void;
  /** Called once a stopped instance is running again. */
  onStart: (instanceId: string) => void;
}

/** A host's disk, to be copied. */
export interface Disk {
  root: string;
  /** Calls back while nothing writes to it. */
  quiesced: (use: () => Promise<void>) => Promise<void>;
}
