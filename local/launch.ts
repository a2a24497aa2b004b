/** Instances: launched by the program one by one, or by an Auto Scaling group, from an image. */
import { constants } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { Host } from "./hosts/host";
import { amazonLinux2023 } from "./identifiers";
import type { Region } from "./region";

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
  const root = join(region.folder, "hosts", `${name}-${instanceId}`);
  if (image !== undefined) await copyDisk(image, root);

  const host = new Host({
    name,
    instanceId,
    interfaceId,
    root,
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
    fabric: region.fabric,
    names: region.names,
    ec2Api: region.ec2Api,
    report: region.report,
    speed: region.clock.speed,
  });
  await host.boot();
  region.hosts.set(instanceId, host);
  await host.startInstalled();
  return host;
}

export async function terminate(region: Region, instanceId: string): Promise<void> {
  const host = region.hosts.get(instanceId);
  if (!host) return;
  region.hosts.delete(instanceId);
  await host.terminate();
  region.detachInterface(host.options.interfaceId);
}

/** Copies a host's folder; where the file system can, without copying its bytes. */
export async function copyDisk(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
}
