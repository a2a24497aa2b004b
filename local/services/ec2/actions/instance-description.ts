/** An instance as DescribeInstances returns it. Source: EC2 API Reference, "Instance". */
import type {
  GroupIdentifier,
  Instance as InstanceDescription,
  InstanceNetworkInterface,
  Reservation,
} from "@aws-sdk/client-ec2";
import { privateDnsName, publicDnsName } from "../../../hosts/metadata";
import { accountId } from "../../../identifiers";
import type { Instance, InstanceState } from "../instance-records";
import type { NetworkInterface } from "../../../network/reachability/vpc-model";
import type { Ec2ActionContext } from "./context";
import { tagList } from "../tags";

const stateCodes = { pending: 0, running: 16, "shutting-down": 32, terminated: 48 };

export function stateOf(state: InstanceState): { Code: number; Name: InstanceState } {
  return { Code: stateCodes[state], Name: state };
}

export function descriptionOf(context: Ec2ActionContext, instance: Instance): InstanceDescription {
  const { ec2, instanceProfiles, wallClock } = context;
  const { specification, launchedAt, state, terminationRequestedAt } = instance;
  const profile = instanceProfiles.get(specification.instanceProfileName ?? "");
  const zone = ec2.vpc.subnets.get(specification.subnetId)?.availabilityZone;
  return {
    AmiLaunchIndex: 0,
    ImageId: specification.imageId,
    InstanceId: specification.instanceId,
    InstanceType: specification.instanceType as InstanceDescription["InstanceType"],
    KeyName: specification.keyName,
    LaunchTime: wallClock.show(launchedAt),
    Monitoring: { State: specification.detailedMonitoring ? "enabled" : "disabled" },
    Placement: { AvailabilityZone: zone, GroupName: "", Tenancy: "default" },
    ProductCodes: [],
    State: stateOf(state),
    Architecture: "x86_64",
    ClientToken: "",
    EbsOptimized: false,
    EnaSupport: true,
    Hypervisor: "xen",
    RootDeviceName: "/dev/xvda",
    RootDeviceType: "ebs",
    VirtualizationType: "hvm",
    IamInstanceProfile: profile && { Arn: profile.arn, Id: profile.id },
    MetadataOptions: {
      State: "applied",
      HttpTokens: "required",
      HttpPutResponseHopLimit: 1,
      HttpEndpoint: "enabled",
    },
    Tags: tagList(specification.tags),
    ...networkAttributes(context, instance),
    ...(terminationRequestedAt === undefined
      ? { StateTransitionReason: "" }
      : terminatedByUser(wallClock.show(terminationRequestedAt))),
  };
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
  const publicName = publicIpAddress === undefined ? "" : publicDnsName(publicIpAddress, regionName);
  const attachedAt = wallClock.show(instance.launchedAt);
  return {
    PrivateDnsName: privateDnsName(privateIpAddress),
    PrivateIpAddress: privateIpAddress,
    PublicDnsName: publicName,
    PublicIpAddress: publicIpAddress,
    SubnetId: subnet.id,
    VpcId: subnet.vpcId,
    SourceDestCheck: true,
    SecurityGroups: groups,
    NetworkInterfaces: [interfaceOf(attached, subnet.vpcId, groups, publicName, attachedAt)],
    BlockDeviceMappings: [
      {
        DeviceName: "/dev/xvda",
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
  { id, subnetId, privateIpAddress, publicIpAddress, description }: NetworkInterface,
  VpcId: string,
  Groups: GroupIdentifier[],
  PublicDnsName: string,
  AttachTime: Date,
): InstanceNetworkInterface {
  const Association =
    publicIpAddress === undefined
      ? undefined
      : { IpOwnerId: "amazon", PublicDnsName, PublicIp: publicIpAddress };
  const PrivateDnsName = privateDnsName(privateIpAddress);
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
    NetworkInterfaceId: id,
    OwnerId: accountId,
    PrivateDnsName,
    PrivateIpAddress: privateIpAddress,
    PrivateIpAddresses: [{ Association, Primary: true, PrivateDnsName, PrivateIpAddress: privateIpAddress }],
    SourceDestCheck: true,
    Status: "in-use",
    SubnetId: subnetId,
    VpcId,
    InterfaceType: "interface",
  };
}

function terminatedByUser(at: Date): Partial<InstanceDescription> {
  const [date = "", time = ""] = at.toISOString().split(/[T.]/);
  const code = "Client.UserInitiatedShutdown";
  return {
    StateTransitionReason: `User initiated (${date} ${time} GMT)`,
    StateReason: { Code: code, Message: `${code}: User initiated shutdown` },
  };
}

/** One reservation per instance: instances are launched one by one. */
export function reservationOf(instance: Instance, description: InstanceDescription): Reservation {
  return { ReservationId: instance.reservationId, OwnerId: accountId, Groups: [], Instances: [description] };
}
