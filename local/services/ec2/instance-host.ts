/** The host behind an instance. Its metadata is what the instance has at each moment. */
import { join } from "node:path";
import { Host } from "../../hosts/host";
import type { Metadata } from "../../hosts/metadata";
import type { Instance } from "./instance-records";
import type { InstanceContext } from "./instance-context";
import { find } from "./resource-types";

export function hostFor(context: InstanceContext, instance: Instance): Host {
  const { folder, clock, dns, network, ec2Api, localEnvironment, report } = context;
  const { instanceId, name, authorizedKey } = instance.specification;
  return new Host({
    name,
    instanceId,
    interfaceId: instance.interfaceId,
    root: join(folder, "hosts", `${fileName(name)}-${instanceId}`),
    authorizedKey,
    metadata: () => metadataOf(context, instance),
    network,
    dns,
    ec2Api,
    localEnvironment,
    report,
    clock,
  });
}

/** A Name tag may hold any character. */
function fileName(name: string): string {
  return name.replaceAll(/[^\w-]/g, "_").slice(0, 64);
}

function metadataOf(
  { vpc, interfaces, identities, regionName }: InstanceContext,
  instance: Instance,
): Metadata {
  const { instanceId, imageId, instanceType, subnetId } = instance.specification;
  const { privateIpAddress, publicIpAddress, groupIds } = interfaces.get(instance.interfaceId);
  const profile = identities.instanceProfiles.get(instance.profileAssociation?.profileName ?? "");
  return {
    instanceId,
    imageId,
    instanceType,
    privateIp: privateIpAddress,
    publicIp: publicIpAddress,
    region: regionName,
    availabilityZone: find(vpc.subnets, "subnet", subnetId).availabilityZone,
    securityGroupNames: groupIds.map(id => vpc.securityGroups.get(id)?.groupName ?? id),
    profile,
    credentials: () => identities.credentialsFor(instanceId, profile?.roleName ?? ""),
    access: instance.settings.metadataOptions,
  };
}
