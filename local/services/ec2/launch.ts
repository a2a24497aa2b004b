/** Instances: launched by the program one by one, or by an Auto Scaling group, from an image. */
import { join } from "node:path";
import { Host } from "../../hosts/host";
import { publicDnsName } from "../../hosts/metadata";
import { amazonLinux2023, resourceId } from "../../identifiers";
import type { Instance } from "./instances";
import type { Region } from "../../region";

export interface LaunchSpecification {
  instanceId: string;
  /** For people, and in the name of its folder. */
  name: string;
  imageId: string;
  instanceType: string;
  subnetId: string;
  securityGroupIds: string[];
  publicAddress: boolean;
  keyName?: string;
  instanceProfileName?: string;
  /** Whether CloudWatch gets a datapoint a minute, and not one every five. */
  detailedMonitoring: boolean;
  tags: Record<string, string>;
}

/** Resolves to the host when it has booted: the services that its image holds accept connections, or had their time to. */
export async function launch(region: Region, specification: LaunchSpecification): Promise<Host> {
  const { vpc, iam } = region;
  const { instanceId, name, imageId, instanceType, subnetId, securityGroupIds, instanceProfileName } =
    specification;
  const subnet = vpc.subnets.get(subnetId);
  if (!subnet) throw new Error(`InvalidSubnetID.NotFound: The subnet ID '${subnetId}' does not exist`);
  const image = region.images.get(imageId);
  if (image === undefined && imageId !== amazonLinux2023) {
    throw new Error(`InvalidAMIID.NotFound: The image id '[${imageId}]' does not exist`);
  }
  const interfaceId = region.attachInterface({
    subnetId,
    groupIds: securityGroupIds,
    publicAddress: specification.publicAddress,
    description: name,
  });
  const { privateIpAddress: privateIp, publicIpAddress: publicIp } = region.interface(interfaceId);
  const host = new Host({
    name,
    instanceId,
    interfaceId,
    root: join(region.folder, "hosts", `${name}-${instanceId}`),
    keyName: specification.keyName,
    metadata: () => {
      const profile = iam.instanceProfiles.get(instanceProfileName ?? "");
      return {
        instanceId,
        imageId,
        instanceType,
        privateIp,
        publicIp,
        region: region.name,
        availabilityZone: subnet.availabilityZone,
        securityGroupNames: securityGroupIds.map(id => vpc.securityGroups.get(id)?.groupName ?? id),
        profile,
        credentials: () => iam.credentialsFor(instanceId, profile?.roleName ?? ""),
      };
    },
    network: region.virtualNetwork,
    dns: region.dns,
    ec2Api: region.ec2Api,
    report: region.report,
    speed: region.clock.speed,
  });
  const instance: Instance = {
    specification,
    launchedAt: region.clock.now(),
    state: "pending",
    interfaceId,
    reservationId: resourceId("r"),
    volumeId: resourceId("vol"),
  };
  region.instances.add(instance);
  if (publicIp !== undefined) region.dns.set(publicDnsName(publicIp, region.name), [publicIp]);
  try {
    await image?.copyTo(host.root);
    await host.boot();
    region.hosts.set(instanceId, host);
    if (!region.instances.run(instance)) throw new Error(`${instanceId} was terminated while it was pending`);
    await host.startInstalled();
    return host;
  } catch (error) {
    // Nothing of it may stay; what was terminated while it booted has gone already.
    await terminate(region, instanceId);
    if (vpc.networkInterfaces.has(interfaceId)) await discard(region, host);
    region.instances.forgetFailed(instance);
    throw error;
  }
}

/**
 * Ends an instance with its disk and its addresses, as TerminateInstances does: no load balancer is asked, and one that
 * is not there is not missed. Resolves when it is gone, whoever asked first.
 */
export async function terminate(region: Region, instanceId: string): Promise<void> {
  const host = region.hosts.get(instanceId);
  region.instances.beginEnd(instanceId, region.clock.now());
  if (host) {
    region.hosts.delete(instanceId);
    const discarding = discard(region, host).finally(() => region.terminations.delete(instanceId));
    region.terminations.set(instanceId, discarding);
  }
  await region.terminations.get(instanceId);
}

async function discard(region: Region, host: Host): Promise<void> {
  for (const { group } of region.targetGroups.values()) group.instanceEnded(host.options.instanceId);
  try {
    await host.terminate();
  } finally {
    const { instanceId, interfaceId } = host.options;
    const { publicIpAddress } = region.interface(interfaceId);
    if (publicIpAddress !== undefined) region.dns.delete(publicDnsName(publicIpAddress, region.name));
    region.detachInterface(interfaceId);
    region.iam.endSessions(instanceId);
    region.instances.end(instanceId, region.clock.now());
  }
}
