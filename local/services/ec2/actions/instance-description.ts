/** An instance as DescribeInstances returns it. Source: EC2 API Reference, "Instance". */
import type {
  GroupIdentifier,
  Instance as InstanceDescription,
  InstanceAutoRecoveryState,
  InstanceMetadataOptionsResponse,
  InstanceNetworkInterface,
  Reservation,
  Tenancy,
} from "@aws-sdk/client-ec2";
import { privateDnsName, publicDnsName } from "../../../hosts/metadata";
import { accountId } from "../../../identifiers";
import type { NetworkInterface } from "../../../network/reachability/vpc-model";
import type { Instance, InstanceState, MetadataOptions } from "../instance-records";
import { instanceTypes } from "../instance-types";
import { macAddressOf } from "../network-interfaces";
import { tagList } from "../tags";
import { rootDevice } from "../volumes";
import { zoneId } from "../zones";
import type { Ec2ActionContext } from "./context";

const stateCodes = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function stateOf(state: InstanceState): { Code: number; Name: InstanceState } {
  return { Code: stateCodes[state], Name: state };
}

/** An instance, and the reservation that it belongs to. */
export type Described = InstanceDescription & { ReservationId: string };

export function descriptionOf(context: Ec2ActionContext, instance: Instance): Described {
  const { ec2, wallClock } = context;
  const { specification, settings, launchedAt, state } = instance;
  const type = instanceTypes.get(specification.instanceType);
  const zone = ec2.vpc.subnets.get(specification.subnetId)?.availabilityZone ?? "";
  return {
    ReservationId: instance.reservationId,
    AmiLaunchIndex: specification.launchIndex ?? 0,
    ImageId: specification.imageId,
    InstanceId: specification.instanceId,
    InstanceType: specification.instanceType as InstanceDescription["InstanceType"],
    KeyName: specification.keyName,
    LaunchTime: wallClock.show(launchedAt),
    Monitoring: { State: specification.detailedMonitoring ? "enabled" : "disabled" },
    Placement: {
      AvailabilityZone: zone,
      AvailabilityZoneId: zoneId(zone),
      GroupName: "",
      Tenancy: settings.tenancy as Tenancy,
    },
    ProductCodes: [],
    State: stateOf(state),
    Architecture: type?.architecture,
    ClientToken: specification.clientToken ?? "",
    CpuOptions: type && {
      CoreCount: type.vCpus / type.threadsPerCore,
      ThreadsPerCore: type.threadsPerCore,
    },
    CapacityReservationSpecification: { CapacityReservationPreference: "open" },
    CurrentInstanceBootMode:
      type?.architecture === "arm64" || type?.hypervisor === "nitro" ? "uefi" : "legacy-bios",
    BootMode: "uefi-preferred",
    EbsOptimized: settings.ebsOptimized,
    EnaSupport: true,
    EnclaveOptions: { Enabled: settings.enclave },
    HibernationOptions: { Configured: settings.hibernation },
    Hypervisor: "xen",
    MaintenanceOptions: {
      AutoRecovery: settings.autoRecovery as InstanceAutoRecoveryState,
      RebootMigration: "default",
    },
    MetadataOptions: metadataOptionsDescription(settings.metadataOptions),
    NetworkPerformanceOptions: { BandwidthWeighting: "default" },
    Operator: { Managed: false },
    PlatformDetails: "Linux/UNIX",
    PrivateDnsNameOptions: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    RootDeviceName: rootDevice,
    RootDeviceType: "ebs",
    UsageOperation: "RunInstances",
    UsageOperationUpdateTime: wallClock.show(instance.attachedAt),
    VirtualizationType: "hvm",
    IamInstanceProfile: profileOf(context, instance),
    Tags: tagList(specification.tags),
    ...networkAttributes(context, instance),
    ...reasonOf(context, instance),
  };
}

export function metadataOptionsDescription(options: MetadataOptions): InstanceMetadataOptionsResponse {
  return {
    State: "applied",
    HttpTokens: options.httpTokens,
    HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
    HttpEndpoint: options.httpEndpoint,
    HttpProtocolIpv6: options.httpProtocolIpv6,
    InstanceMetadataTags: options.instanceMetadataTags,
  };
}

/** Its instance profile as the API identifies it; undefined if it has none. */
export function profileOf(
  { instanceProfiles }: Ec2ActionContext,
  { profileAssociation }: Instance,
): { Arn: string; Id: string } | undefined {
  const profile = instanceProfiles.get(profileAssociation?.profileName ?? "");
  return profile && { Arn: profile.arn, Id: profile.id };
}

/** Its network attributes; a terminated instance has none. */
function networkAttributes(
  { ec2: { vpc }, regionName, wallClock }: Ec2ActionContext,
  instance: Instance,
): Partial<InstanceDescription> {
  const attached = vpc.networkInterfaces.get(instance.interfaceId);
  const subnet = vpc.subnets.get(instance.specification.subnetId);
  if (!attached || !subnet || instance.state === "terminated") {
    const none = { BlockDeviceMappings: [], NetworkInterfaces: [], SecurityGroups: [] };
    return { PrivateDnsName: "", PublicDnsName: "", ...none };
  }
  const { privateIpAddress, publicIpAddress, groupIds } = attached;
  const nameOf = (groupId: string) => vpc.securityGroups.get(groupId)?.groupName;
  const groups = groupIds.map(GroupId => ({ GroupId, GroupName: nameOf(GroupId) }));
  const names = {
    PrivateDnsName: privateDnsName(privateIpAddress, regionName),
    PublicDnsName: publicIpAddress === undefined ? "" : publicDnsName(publicIpAddress, regionName),
  };
  const attachedAt = wallClock.show(instance.attachedAt);
  return {
    ...names,
    PrivateIpAddress: privateIpAddress,
    PublicIpAddress: publicIpAddress,
    SubnetId: subnet.id,
    VpcId: subnet.vpcId,
    SourceDestCheck: attached.sourceDestCheck,
    SecurityGroups: groups,
    NetworkInterfaces: [interfaceOf(attached, subnet.vpcId, groups, names, attachedAt)],
    BlockDeviceMappings: [
      {
        DeviceName: rootDevice,
        Ebs: {
          AttachTime: attachedAt,
          DeleteOnTermination: true,
          Status: "attached",
          VolumeId: instance.volumeId,
        },
      },
    ],
  };
}

function interfaceOf(
  { id, subnetId, privateIpAddress, publicIpAddress, description, sourceDestCheck }: NetworkInterface,
  VpcId: string,
  Groups: GroupIdentifier[],
  { PrivateDnsName, PublicDnsName }: Record<"PrivateDnsName" | "PublicDnsName", string>,
  AttachTime: Date,
): InstanceNetworkInterface {
  const Association =
    publicIpAddress === undefined
      ? undefined
      : { IpOwnerId: "amazon", PublicDnsName, PublicIp: publicIpAddress };
  return {
    Association,
    Attachment: {
      AttachTime,
      AttachmentId: id.replace(/^eni-/, "eni-attach-"),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      Status: "attached",
      NetworkCardIndex: 0,
    },
    Description: description,
    Groups,
    Ipv6Addresses: [],
    MacAddress: macAddressOf(id),
    NetworkInterfaceId: id,
    OwnerId: accountId,
    PrivateDnsName,
    PrivateIpAddress: privateIpAddress,
    PrivateIpAddresses: [{ Association, Primary: true, PrivateDnsName, PrivateIpAddress: privateIpAddress }],
    SourceDestCheck: sourceDestCheck,
    Status: "in-use",
    SubnetId: subnetId,
    VpcId,
    InterfaceType: "interface",
    Operator: { Managed: false },
  };
}

/** Why it is no longer running, in AWS's words. */
function reasonOf({ wallClock }: Ec2ActionContext, { stateReason }: Instance): Partial<InstanceDescription> {
  if (!stateReason) return { StateTransitionReason: "" };
  const { code, message, requestedAt } = stateReason;
  const StateReason = { Code: code, Message: message };
  if (requestedAt === undefined) return { StateTransitionReason: message, StateReason };
  const [date = "", time = ""] = wallClock.show(requestedAt).toISOString().split(/[T.]/);
  return { StateTransitionReason: `User initiated (${date} ${time} GMT)`, StateReason };
}

/** Described instances by the request that launched them. */
export function reservationsOf(described: readonly Described[]): Reservation[] {
  const reservations = new Map<string, Reservation>();
  for (const { ReservationId, ...instance } of described) {
    const reservation = reservations.get(ReservationId);
    if (reservation) reservation.Instances?.push(instance);
    else
      reservations.set(ReservationId, {
        ReservationId,
        OwnerId: accountId,
        Groups: [],
        Instances: [instance],
      });
  }
  return [...reservations.values()];
}
