/** Sources: EC2 API Reference, "DescribeInstances" and "TerminateInstances". */
import type { Instance as InstanceDescription, InstanceNetworkInterface } from "@aws-sdk/client-ec2";
import type { Ec2Actions } from "./context";
import { AwsError } from "../../../api/aws-error";
import { assertExist, assertNoDryRun, pageParameters, describe, type ResourceKind } from "./describe";
import type { Filterable, Value } from "./filters";
import { descriptionOf, reservationOf, stateOf } from "./instance-description";

export const describeInstances: Ec2Actions["DescribeInstances"] = {
  parameters: ["InstanceIds", ...pageParameters],
  handle(context, input) {
    assertNoDryRun(input);
    if (input.InstanceIds?.length && input.MaxResults !== undefined)
      throw new AwsError(
        "InvalidParameterCombination",
        "The parameter instancesSet cannot be used with the parameter maxResults",
      );
    const { ec2, now } = context;
    const described = ec2.instances.records.visible(now()).map(instance => {
      const description = descriptionOf(context, instance);
      return { ...description, reservation: reservationOf(instance, description) };
    });
    const { page, NextToken } = describe(described, kind, { ids: input.InstanceIds, ...input });
    return { Reservations: page.map(({ reservation }) => reservation), NextToken };
  },
};

type Described = InstanceDescription & { reservation: { ReservationId?: string; OwnerId?: string } };

const ofInterfaces = (pick: (networkInterface: InstanceNetworkInterface) => Value | readonly Value[]) => {
  return ({ NetworkInterfaces = [] }: InstanceDescription) => NetworkInterfaces.flatMap(pick);
};

const filterable: Filterable<Described> = {
  architecture: instance => instance.Architecture,
  "availability-zone": instance => instance.Placement?.AvailabilityZone,
  "dns-name": instance => instance.PublicDnsName,
  "iam-instance-profile.arn": instance => instance.IamInstanceProfile?.Arn,
  "iam-instance-profile.id": instance => instance.IamInstanceProfile?.Id,
  "image-id": instance => instance.ImageId,
  "instance-id": instance => instance.InstanceId,
  "instance-state-code": instance => instance.State?.Code,
  "instance-state-name": instance => instance.State?.Name,
  "instance-type": instance => instance.InstanceType,
  "instance.group-id": instance => instance.SecurityGroups?.map(({ GroupId }) => GroupId) ?? [],
  "instance.group-name": instance => instance.SecurityGroups?.map(({ GroupName }) => GroupName) ?? [],
  "ip-address": instance => instance.PublicIpAddress,
  "key-name": instance => instance.KeyName,
  "launch-time": instance => instance.LaunchTime?.toISOString(),
  "monitoring-state": instance => instance.Monitoring?.State,
  "network-interface.addresses.association.public-ip": ofInterfaces(each => each.Association?.PublicIp),
  "network-interface.addresses.private-ip-address": ofInterfaces(each => each.PrivateIpAddress),
  "network-interface.association.public-ip": ofInterfaces(each => each.Association?.PublicIp),
  "network-interface.group-id": ofInterfaces(each => each.Groups?.map(({ GroupId }) => GroupId) ?? []),
  "network-interface.group-name": ofInterfaces(each => each.Groups?.map(({ GroupName }) => GroupName) ?? []),
  "network-interface.network-interface-id": ofInterfaces(each => each.NetworkInterfaceId),
  "network-interface.private-ip-address": ofInterfaces(each => each.PrivateIpAddress),
  "network-interface.subnet-id": ofInterfaces(each => each.SubnetId),
  "network-interface.vpc-id": ofInterfaces(each => each.VpcId),
  "owner-id": ({ reservation }) => reservation.OwnerId,
  "placement.availability-zone": instance => instance.Placement?.AvailabilityZone,
  "private-dns-name": instance => instance.PrivateDnsName,
  "private-ip-address": instance => instance.PrivateIpAddress,
  "reservation-id": ({ reservation }) => reservation.ReservationId,
  "root-device-name": instance => instance.RootDeviceName,
  "root-device-type": instance => instance.RootDeviceType,
  "state-reason-code": instance => instance.StateReason?.Code,
  "subnet-id": instance => instance.SubnetId,
  "virtualization-type": instance => instance.VirtualizationType,
  "vpc-id": instance => instance.VpcId,
};

const kind: ResourceKind<Described> = {
  type: "instance",
  idOf: instance => instance.InstanceId,
  filterable,
};

export const terminateInstances: Ec2Actions["TerminateInstances"] = {
  parameters: ["InstanceIds", "DryRun"],
  handle({ ec2, now, report }, { InstanceIds = [], ...input }) {
    const instances = ec2.instances.records.visible(now());
    assertExist(instances, { ...kind, idOf: each => each.specification.instanceId }, InstanceIds);
    assertNoDryRun(input);
    const named = instances.filter(({ specification }) => InstanceIds.includes(specification.instanceId));
    return {
      TerminatingInstances: named.map(instance => {
        const { instanceId: InstanceId, name } = instance.specification;
        const PreviousState = stateOf(instance.state);
        // Nothing else reports the termination of a host that is in no target group or Auto Scaling group.
        if (instance.terminationRequestedAt === undefined)
          report(`${name} (${InstanceId}) terminated at a user's request`);
        // EC2 responds while the instance is still shutting down.
        ec2.instances.terminate(InstanceId).catch((error: unknown) => {
          report(`failed to terminate ${InstanceId}: ${(error as Error).message}`);
        });
        return { InstanceId, PreviousState, CurrentState: stateOf(instance.state) };
      }),
    };
  },
};
