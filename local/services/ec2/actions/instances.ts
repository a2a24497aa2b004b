/** Source: EC2 API Reference, "DescribeInstances". */
import type {
  Instance as InstanceDescription,
  InstanceBlockDeviceMapping,
  InstanceNetworkInterface,
} from "@aws-sdk/client-ec2";
import { AwsError } from "../../../api/aws-error";
import { accountId } from "../../../identifiers";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import type { Filterable, Value } from "./filters";
import { descriptionOf, reservationsOf, type Described } from "./instance-description";

export const instanceActions = {
  DescribeInstances: {
    parameters: ["InstanceIds", ...pageParameters],
    handle(context, input) {
      assertNoDryRun(input);
      if (input.InstanceIds?.length && input.MaxResults !== undefined)
        throw new AwsError(
          "InvalidParameterCombination",
          "The parameter instancesSet cannot be used with the parameter maxResults",
        );
      const { ec2, now } = context;
      const described = ec2.instances.records
        .visible(now())
        .map(instance => descriptionOf(context, instance));
      const { page, NextToken } = describe(described, kind, { ids: input.InstanceIds, ...input });
      return { Reservations: reservationsOf(page), NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

const ofInterfaces = (pick: (networkInterface: InstanceNetworkInterface) => Value | readonly Value[]) => {
  return ({ NetworkInterfaces = [] }: InstanceDescription) => NetworkInterfaces.flatMap(pick);
};

const ofVolumes = (pick: (mapping: InstanceBlockDeviceMapping) => Value) => {
  return ({ BlockDeviceMappings = [] }: InstanceDescription) => BlockDeviceMappings.map(pick);
};

const filterable: Filterable<Described> = {
  architecture: instance => instance.Architecture,
  "availability-zone": instance => instance.Placement?.AvailabilityZone,
  "block-device-mapping.attach-time": ofVolumes(each => each.Ebs?.AttachTime?.toISOString()),
  "block-device-mapping.delete-on-termination": ofVolumes(each => each.Ebs?.DeleteOnTermination),
  "block-device-mapping.device-name": ofVolumes(each => each.DeviceName),
  "block-device-mapping.status": ofVolumes(each => each.Ebs?.Status),
  "block-device-mapping.volume-id": ofVolumes(each => each.Ebs?.VolumeId),
  "client-token": instance => instance.ClientToken,
  "dns-name": instance => instance.PublicDnsName,
  "hibernation-options.configured": instance => instance.HibernationOptions?.Configured,
  hypervisor: instance => instance.Hypervisor,
  "iam-instance-profile.arn": instance => instance.IamInstanceProfile?.Arn,
  "iam-instance-profile.id": instance => instance.IamInstanceProfile?.Id,
  "image-id": instance => instance.ImageId,
  "instance-id": instance => instance.InstanceId,
  "instance-state-code": instance => instance.State?.Code,
  "instance-state-name": instance => instance.State?.Name,
  "instance-type": instance => instance.InstanceType,
  "instance.group-id": instance => instance.SecurityGroups?.map(({ GroupId }) => GroupId),
  "instance.group-name": instance => instance.SecurityGroups?.map(({ GroupName }) => GroupName),
  "ip-address": instance => instance.PublicIpAddress,
  "key-name": instance => instance.KeyName,
  "launch-index": instance => instance.AmiLaunchIndex,
  "launch-time": instance => instance.LaunchTime?.toISOString(),
  "metadata-options.http-endpoint": instance => instance.MetadataOptions?.HttpEndpoint,
  "metadata-options.http-put-response-hop-limit": instance =>
    instance.MetadataOptions?.HttpPutResponseHopLimit,
  "metadata-options.http-tokens": instance => instance.MetadataOptions?.HttpTokens,
  "monitoring-state": instance => instance.Monitoring?.State,
  "network-interface.addresses.association.public-ip": ofInterfaces(each => each.Association?.PublicIp),
  "network-interface.addresses.private-ip-address": ofInterfaces(each => each.PrivateIpAddress),
  "network-interface.association.public-ip": ofInterfaces(each => each.Association?.PublicIp),
  "network-interface.group-id": ofInterfaces(each => each.Groups?.map(({ GroupId }) => GroupId)),
  "network-interface.group-name": ofInterfaces(each => each.Groups?.map(({ GroupName }) => GroupName)),
  "network-interface.network-interface-id": ofInterfaces(each => each.NetworkInterfaceId),
  "network-interface.private-ip-address": ofInterfaces(each => each.PrivateIpAddress),
  "network-interface.subnet-id": ofInterfaces(each => each.SubnetId),
  "network-interface.vpc-id": ofInterfaces(each => each.VpcId),
  "owner-id": () => accountId,
  "platform-details": instance => instance.PlatformDetails,
  "placement.availability-zone": instance => instance.Placement?.AvailabilityZone,
  "private-dns-name": instance => instance.PrivateDnsName,
  "private-ip-address": instance => instance.PrivateIpAddress,
  "reservation-id": instance => instance.ReservationId,
  "root-device-name": instance => instance.RootDeviceName,
  "root-device-type": instance => instance.RootDeviceType,
  "source-dest-check": instance => instance.SourceDestCheck,
  "state-reason-code": instance => instance.StateReason?.Code,
  "state-reason-message": instance => instance.StateReason?.Message,
  "subnet-id": instance => instance.SubnetId,
  tenancy: instance => instance.Placement?.Tenancy,
  "usage-operation": instance => instance.UsageOperation,
  "virtualization-type": instance => instance.VirtualizationType,
  "vpc-id": instance => instance.VpcId,
};

const kind: ResourceKind<Described> = {
  type: "instance",
  idOf: instance => instance.InstanceId,
  filterable,
};
