/** Instances, launched from an image by the program or by an Auto Scaling group. */
import { join } from "node:path";
import type { Clock } from "../../clock";
import { Host, type HostOptions } from "../../hosts/host";
import { publicDnsName, type InstanceProfile, type Metadata } from "../../hosts/metadata";
import { resourceId } from "../../identifiers";
import type { Dns } from "../../network/dns";
import type { VpcModel } from "../../network/reachability/vpc-model";
import { amazonLinux2023, type Image } from "./image";
import { InstanceRecords, type Instance, type LaunchSpecification } from "./instance-records";
import type { NetworkInterfaces } from "./network-interfaces";
import { find, notFound } from "./resource-types";

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
  identities: {
    readonly instanceProfiles: ReadonlyMap<string, InstanceProfile>;
    credentialsFor(instanceId: string, roleName: string): ReturnType<Metadata["credentials"]>;
    endSessions(instanceId: string): void;
  };
  /** Called as soon as an instance begins to terminate. */
  onTermination: (instanceId: string) => void;
}

export class Instances {
  /** EC2's view of the instances, terminated ones included. */
  readonly records = new InstanceRecords();
  /** Hosts of running instances, by instance id. */
  readonly hosts = new Map<string, Host>();
  /** Terminations in progress, by instance id. */
  readonly terminations = new Map<string, Promise<void>>();

  constructor(private readonly context: InstanceContext) {}

  /**
   * Resolves to the host once it has booted: services in its image accept connections, or their start-up time is over.
   * A failed launch leaves nothing behind.
   * @throws AwsError if the subnet or image is unknown, or no address is free
   */
  async launch(specification: LaunchSpecification): Promise<Host> {
    const { clock, vpc, interfaces, images, regionName, dns } = this.context;
    const { instanceId, name, imageId, subnetId, securityGroupIds: groupIds, publicAddress } = specification;
    const subnet = find(vpc.subnets, "subnet", subnetId);
    const image = images.get(imageId);
    if (image === undefined && imageId !== amazonLinux2023) throw notFound("image", [imageId]);
    const attached = interfaces.attach({ subnetId, groupIds, publicAddress, description: name });
    const { id: interfaceId, publicIpAddress } = attached;
    const host = this.hostFor(specification, attached, subnet.availabilityZone);
    const instance: Instance = {
      specification,
      launchedAt: clock.now(),
      state: "pending",
      interfaceId,
      reservationId: resourceId("r"),
      volumeId: resourceId("vol"),
    };
    this.records.add(instance);
    if (publicIpAddress !== undefined) dns.set(publicDnsName(publicIpAddress, regionName), [publicIpAddress]);
    try {
      await image?.copyTo(host.root);
      await host.boot();
      this.hosts.set(instanceId, host);
      if (!this.records.markRunning(instance)) throw new Error(`${instanceId} was terminated while pending`);
      await host.startInstalled();
      return host;
    } catch (error) {
      // An instance terminated while booting has already been discarded.
      await this.terminate(instanceId);
      if (vpc.networkInterfaces.has(interfaceId)) await this.discard(host);
      this.records.discardFailedLaunch(instance);
      throw error;
    }
  }

  /**
   * Removes an instance, its disk and its addresses, as TerminateInstances does: without draining, and as a no-op for
   * an unknown instance. Concurrent calls all resolve once it is gone.
   */
  async terminate(instanceId: string): Promise<void> {
    const host = this.hosts.get(instanceId);
    this.records.markTerminating(instanceId, this.context.clock.now());
    if (host) {
      this.hosts.delete(instanceId);
      const discarding = this.discard(host).finally(() => this.terminations.delete(instanceId));
      this.terminations.set(instanceId, discarding);
    }
    await this.terminations.get(instanceId);
  }

  /** Stops all processes; the disks stay. */
  async close(): Promise<void> {
    await Promise.all([...this.hosts.values()].map(host => host.shutDown()));
    await Promise.all(this.terminations.values());
  }

  private hostFor(
    { instanceId, name, imageId, instanceType, securityGroupIds, ...rest }: LaunchSpecification,
    { id, privateIpAddress: privateIp, publicIpAddress: publicIp }: ReturnType<NetworkInterfaces["get"]>,
    availabilityZone: string,
  ): Host {
    const { folder, clock, vpc, identities, regionName, dns, network, ec2Api, localEnvironment, report } =
      this.context;
    return new Host({
      name,
      instanceId,
      interfaceId: id,
      root: join(folder, "hosts", `${name}-${instanceId}`),
      keyName: rest.keyName,
      metadata: () => {
        const profile = identities.instanceProfiles.get(rest.instanceProfileName ?? "");
        return {
          instanceId,
          imageId,
          instanceType,
          privateIp,
          publicIp,
          region: regionName,
          availabilityZone,
          securityGroupNames: securityGroupIds.map(each => vpc.securityGroups.get(each)?.groupName ?? each),
          profile,
          credentials: () => identities.credentialsFor(instanceId, profile?.roleName ?? ""),
        };
      },
      network,
      dns,
      ec2Api,
      localEnvironment,
      report,
      speed: clock.speed,
    });
  }

  private async discard(host: Host): Promise<void> {
    const { instanceId, interfaceId } = host.options;
    const { interfaces, identities, dns, regionName, clock, onTermination } = this.context;
    onTermination(instanceId);
    try {
      await host.terminate();
    } finally {
      const { publicIpAddress } = interfaces.get(interfaceId);
      if (publicIpAddress !== undefined) dns.delete(publicDnsName(publicIpAddress, regionName));
      interfaces.detach(interfaceId);
      identities.endSessions(instanceId);
      this.records.markTerminated(instanceId, clock.now());
    }
  }
}
