/**
 * Turns a request to launch instances, by RunInstances or from a launch template, into what is launched. Source: EC2 API
 * Reference, "RunInstances".
 */
import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { InstanceProfile } from "../../hosts/metadata";
import type { Subnet } from "../../network/reachability/vpc-model";
import { computeRefusals as refusals } from "./compute-refusals";
import type { Ec2 } from "./ec2";
import type { Image } from "./image";
import type { InstanceSettings, LaunchSpecification } from "./instance-records";
import { metadataOptionsOf, userDataOf } from "./instance-settings";
import { instanceTypeNamed } from "./instance-types";
import { networkRefusals } from "./network-refusals";
import { find } from "./resource-types";
import { tagsFor } from "./tags";
import { assertVolumeSize, performanceOf, rootDevice, type VolumeSettings } from "./volumes";
import { defaultVpcOf } from "./vpcs";

/** What RunInstances and a launch template's data have in common, and where to launch it. */
export type LaunchRequest = Omit<RequestLaunchTemplateData, "InstanceType"> & {
  InstanceType?: string;
  SubnetId?: string;
};

export interface LaunchContext {
  ec2: Pick<Ec2, "vpc" | "images" | "keyPairs">;
  instanceProfiles: ReadonlyMap<string, InstanceProfile>;
}

/** What each of a request's instances has in common. */
export type LaunchPlan = Omit<LaunchSpecification, "instanceId" | "name">;

/** What the region acts on; of a structure, its parts. */
export const launchParameters = [
  "ImageId",
  "InstanceType",
  "KeyName",
  "SecurityGroupIds",
  "SecurityGroups",
  "NetworkInterfaces.AssociatePublicIpAddress",
  "NetworkInterfaces.DeleteOnTermination",
  "NetworkInterfaces.Description",
  "NetworkInterfaces.DeviceIndex",
  "NetworkInterfaces.Groups",
  "NetworkInterfaces.SubnetId",
  "IamInstanceProfile",
  "MetadataOptions",
  "Monitoring",
  "Placement.AvailabilityZone",
  "TagSpecifications",
  "DisableApiTermination",
  "DisableApiStop",
] as const;

/** What is kept and read back. */
export const keptLaunchParameters = [
  "NetworkInterfaces.NetworkCardIndex",
  "NetworkInterfaces.InterfaceType",
  "UserData",
  "CreditSpecification",
  "EbsOptimized",
  "BlockDeviceMappings",
  "HibernationOptions",
  "InstanceInitiatedShutdownBehavior",
  "EnclaveOptions",
  "MaintenanceOptions",
  "Placement.Tenancy",
] as const;

/** A launch template's data with a request's own values in their place; tags of one type are merged. */
export function withOverrides(data: RequestLaunchTemplateData, request: LaunchRequest): LaunchRequest {
  const given = Object.fromEntries(
    Object.entries<unknown>(request).filter(([, value]) => value !== undefined),
  );
  const own = request.TagSpecifications ?? [];
  const isReplaced = (type: string | undefined, key: string | undefined) =>
    own.some(({ ResourceType, Tags }) => ResourceType === type && Tags?.some(({ Key }) => Key === key));
  const inherited = (data.TagSpecifications ?? []).map(({ ResourceType: type, Tags = [] }) => ({
    ResourceType: type,
    Tags: Tags.filter(({ Key }) => !isReplaced(type, Key)),
  }));
  return { ...data, ...given, TagSpecifications: [...inherited, ...own] };
}

/** @throws AwsError for what EC2 or the region can't launch */
export function planLaunch(context: LaunchContext, request: LaunchRequest): LaunchPlan {
  assertInterfaces(request);
  const { image, type } = imageAndType(context.ec2, request);
  const settings = settingsOf(request);
  if (settings.cpuCredits !== undefined && !type.burstable) throw refusals.credits(type.name);
  const tagsOf = (type: "instance" | "volume" | "network-interface") =>
    tagsFor(type, request.TagSpecifications, ["instance", "volume", "network-interface"]);
  return {
    imageId: image.id,
    instanceType: type.name,
    keyName: request.KeyName,
    authorizedKey: context.ec2.keyPairs.named(request.KeyName ?? "")?.publicKey,
    ...networkOf(context, request),
    instanceProfileName: profileNamed(context.instanceProfiles, request.IamInstanceProfile)?.name,
    detailedMonitoring: request.Monitoring?.Enabled ?? false,
    tags: tagsOf("instance"),
    volumeTags: tagsOf("volume"),
    interfaceTags: tagsOf("network-interface"),
    settings,
    rootVolume: rootVolumeOf(image, request),
  };
}

/**
 * What a request launches, wherever it launches it.
 * @throws AwsError for an image, instance type or key pair that can't be launched
 */
export function imageAndType({ images, keyPairs }: LaunchContext["ec2"], request: LaunchRequest) {
  const image = find(images, "image", request.ImageId);
  if (image.state !== "available") throw refusals.imageUnavailable(image.id);
  const type = instanceTypeNamed(request.InstanceType);
  if (type.architecture !== image.architecture)
    throw refusals.architecture(type.architecture, image.architecture);
  if (request.KeyName !== undefined) keyPairs.findNamed(request.KeyName);
  return { image, type };
}

/**
 * The instance profile that a request names; undefined if it names none.
 * @throws AwsError for an unknown one
 */
export function profileNamed(
  profiles: ReadonlyMap<string, InstanceProfile>,
  specification: { Arn?: string; Name?: string } | undefined,
): { name: string } | undefined {
  const { Arn, Name } = specification ?? {};
  if (Arn !== undefined && Name !== undefined) throw refusals.profileTwice();
  if (Name !== undefined) {
    if (!profiles.has(Name)) throw refusals.profile("name", Name);
    return { name: Name };
  }
  if (Arn === undefined) return undefined;
  const [name] = [...profiles].find(([, { arn }]) => arn === Arn) ?? [];
  if (name === undefined) throw refusals.profile("arn", Arn);
  return { name };
}

function settingsOf(request: LaunchRequest): Partial<InstanceSettings> {
  return {
    metadataOptions: metadataOptionsOf(request.MetadataOptions),
    disableApiTermination: request.DisableApiTermination ?? false,
    disableApiStop: request.DisableApiStop ?? false,
    userData: userDataOf(request.UserData),
    shutdownBehavior: request.InstanceInitiatedShutdownBehavior ?? "stop",
    cpuCredits: request.CreditSpecification?.CpuCredits,
    ebsOptimized: request.EbsOptimized ?? false,
    hibernation: request.HibernationOptions?.Configured ?? false,
    enclave: request.EnclaveOptions?.Enabled ?? false,
    tenancy: request.Placement?.Tenancy ?? "default",
    autoRecovery: request.MaintenanceOptions?.AutoRecovery ?? "default",
  };
}

type Network = Pick<LaunchPlan, "subnetId" | "securityGroupIds" | "publicAddress" | "interfaceDescription">;

/** @throws AwsError for parameters that exclude each other, whatever they name */
function assertInterfaces(request: LaunchRequest): void {
  const { SubnetId, SecurityGroupIds, SecurityGroups: names, NetworkInterfaces = [] } = request;
  const [primary, ...others] = NetworkInterfaces;
  if (others.length > 0 || (primary && (primary.DeviceIndex ?? 0) !== 0)) throw refusals.oneInterface();
  if (primary?.DeleteOnTermination === false) throw refusals.interfaceKept();
  if (primary && SubnetId !== undefined) throw refusals.withInterfaces("subnet ID");
  if (primary && (SecurityGroupIds ?? names) !== undefined) throw refusals.withInterfaces("security groups");
  if (names !== undefined && SubnetId !== undefined) throw refusals.groupNamesWithSubnet();
}

function networkOf({ ec2 }: LaunchContext, request: LaunchRequest): Network {
  const { SubnetId, SecurityGroupIds, SecurityGroups: names, NetworkInterfaces = [], Placement } = request;
  const [primary] = NetworkInterfaces;
  const subnetId = SubnetId ?? primary?.SubnetId;
  const subnet = subnetFor(ec2, subnetId, Placement?.AvailabilityZone);
  const ids = SecurityGroupIds ?? primary?.Groups ?? [];
  const groupIds = [...ids, ...(names ?? []).map(name => idOfGroup(ec2, name, subnet.vpcId))];
  for (const id of groupIds) {
    const { vpcId } = find(ec2.vpc.securityGroups, "security-group", id);
    if (vpcId !== subnet.vpcId) throw refusals.groupInOtherVpc(id, subnet.id);
  }
  return {
    subnetId: subnet.id,
    securityGroupIds: groupIds.length > 0 ? groupIds : [idOfGroup(ec2, "default", subnet.vpcId)],
    publicAddress: primary?.AssociatePublicIpAddress ?? subnet.mapPublicIpOnLaunch,
    interfaceDescription: primary?.Description ?? "",
  };
}

/** The subnet with this id, or else the default VPC's in the zone, or in any. */
function subnetFor({ vpc }: LaunchContext["ec2"], id: string | undefined, zone: string | undefined): Subnet {
  if (id !== undefined) {
    const subnet = find(vpc.subnets, "subnet", id);
    if (zone !== undefined && subnet.availabilityZone !== zone) throw refusals.subnetInOtherZone(id, zone);
    return subnet;
  }
  const defaultVpc = defaultVpcOf(vpc);
  if (!defaultVpc) throw networkRefusals.noDefaultVpc();
  const found = [...vpc.subnets.values()].find(
    ({ vpcId, defaultForAz, availabilityZone }) =>
      vpcId === defaultVpc.id && defaultForAz && (zone ?? availabilityZone) === availabilityZone,
  );
  if (!found) throw refusals.noDefaultSubnet(zone);
  return found;
}

function idOfGroup({ vpc }: LaunchContext["ec2"], name: string, vpcId: string): string {
  const groups = [...vpc.securityGroups.values()];
  const found = groups.find(each => each.groupName === name && each.vpcId === vpcId);
  if (!found) throw networkRefusals.groupNameNotFound(name, vpcId);
  return found.id;
}

/** The image's root volume with the request's settings in their place. */
function rootVolumeOf({ rootVolume }: Image, { BlockDeviceMappings = [] }: LaunchRequest): VolumeSettings {
  const other = BlockDeviceMappings.find(({ DeviceName }) => DeviceName !== rootDevice);
  if (other) throw refusals.rootVolumeOnly(other.DeviceName ?? "");
  const { Ebs = {} } = BlockDeviceMappings[0] ?? {};
  if (Ebs.DeleteOnTermination === false) throw refusals.rootVolumeKept();
  const size = Ebs.VolumeSize ?? rootVolume.size;
  if (size < rootVolume.size) throw refusals.volumeShrinks(rootVolume.size);
  const volumeType = Ebs.VolumeType ?? rootVolume.volumeType;
  assertVolumeSize(size, volumeType);
  const { iops, throughput } = performanceOf(volumeType, size);
  return {
    size,
    volumeType,
    iops: Ebs.Iops ?? iops,
    throughput: Ebs.Throughput ?? throughput,
    encrypted: Ebs.Encrypted ?? rootVolume.encrypted,
    kmsKeyId: Ebs.KmsKeyId ?? rootVolume.kmsKeyId,
  };
}
