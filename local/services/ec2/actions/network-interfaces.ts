/** Network interfaces. Sources: EC2 API Reference, "NetworkInterface" and "ModifyNetworkInterfaceAttribute". */
import type {
  NetworkInterface as InterfaceDescription,
  NetworkInterfaceAttachment,
} from "@aws-sdk/client-ec2";
import { privateDnsName, publicDnsName } from "../../../hosts/metadata";
import { accountId } from "../../../identifiers";
import type { NetworkInterface } from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { macAddressOf } from "../network-interfaces";
import { find } from "../resource-types";
import { tagList } from "../tags";
import { zoneId } from "../zones";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { groupsFor } from "./security-group-names";
import { oneAttribute } from "./validation";

export const networkInterfaceActions = {
  DescribeNetworkInterfaces: {
    parameters: ["NetworkInterfaceIds", ...pageParameters],
    handle(context, input) {
      const interfaces = [...context.ec2.vpc.networkInterfaces.values()].map(each =>
        descriptionOf(context, each),
      );
      const { page, NextToken } = describe(interfaces, kind, { ids: input.NetworkInterfaceIds, ...input });
      return { NetworkInterfaces: page, NextToken };
    },
  },

  DescribeNetworkInterfaceAttribute: {
    parameters: ["NetworkInterfaceId", "Attribute", "DryRun"],
    handle(context, input) {
      const found = context.ec2.interfaces.get(input.NetworkInterfaceId ?? "");
      const { Description, Groups, SourceDestCheck, Attachment } = descriptionOf(context, found);
      const attributes = {
        description: { Description: { Value: Description } },
        groupSet: { Groups },
        sourceDestCheck: { SourceDestCheck: { Value: SourceDestCheck } },
        attachment: { Attachment },
        associatePublicIpAddress: { AssociatePublicIpAddress: found.publicIpAddress !== undefined },
      };
      const { Attribute = "" } = input;
      if (!Object.hasOwn(attributes, Attribute)) throw networkRefusals.unknownAttribute(Attribute);
      assertNoDryRun(input);
      return { NetworkInterfaceId: found.id, ...attributes[Attribute as keyof typeof attributes] };
    },
  },

  ModifyNetworkInterfaceAttribute: {
    parameters: ["NetworkInterfaceId", "Groups", "Description", "DryRun"],
    inert: ["SourceDestCheck"],
    handle({ ec2 }, { NetworkInterfaceId, DryRun, Groups, Description, SourceDestCheck }) {
      const found = ec2.interfaces.get(NetworkInterfaceId ?? "");
      const change = changeOf(ec2, found, oneAttribute({ Groups, Description, SourceDestCheck }));
      assertNoDryRun({ DryRun });
      Object.assign(found, change);
      return {};
    },
  },
} satisfies Partial<Ec2Actions>;

type AttributeChange =
  ["Groups", string[]] | ["Description", { Value?: string }] | ["SourceDestCheck", { Value?: boolean }];

function changeOf(
  { vpc }: Ec2ActionContext["ec2"],
  { subnetId }: NetworkInterface,
  [name, value]: AttributeChange,
): Partial<NetworkInterface> {
  switch (name) {
    case "Description":
      return { description: value.Value ?? "" };
    case "SourceDestCheck":
      return { sourceDestCheck: value.Value ?? true };
    case "Groups":
      return { groupIds: groupsFor(vpc, subnetId, value) };
  }
}

function descriptionOf(context: Ec2ActionContext, networkInterface: NetworkInterface): InterfaceDescription {
  const { ec2, regionName } = context;
  const { id, subnetId, privateIpAddress, publicIpAddress, groupIds, tags } = networkInterface;
  const subnet = find(ec2.vpc.subnets, "subnet", subnetId);
  const attachment = attachmentOf(context, id);
  const isInstances = attachment.InstanceId !== undefined;
  const publicName = publicIpAddress === undefined ? undefined : publicDnsName(publicIpAddress, regionName);
  const Association =
    publicIpAddress === undefined
      ? undefined
      : {
          IpOwnerId: isInstances ? "amazon" : loadBalancing,
          PublicDnsName: publicName,
          PublicIp: publicIpAddress,
        };
  const privateName = privateDnsName(privateIpAddress, regionName);
  const address = { PrivateDnsName: privateName, PrivateIpAddress: privateIpAddress };
  return {
    Association,
    Attachment: attachment,
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: zoneId(subnet.availabilityZone),
    Description: networkInterface.description,
    Groups: groupIds.map(GroupId => ({
      GroupId,
      GroupName: ec2.vpc.securityGroups.get(GroupId)?.groupName,
    })),
    InterfaceType: "interface",
    Ipv6Addresses: [],
    MacAddress: macAddressOf(id),
    NetworkInterfaceId: id,
    OwnerId: accountId,
    ...address,
    PrivateIpAddresses: [{ Association, Primary: true, ...address }],
    ...(!isInstances && { RequesterId: loadBalancing }),
    RequesterManaged: !isInstances,
    SourceDestCheck: networkInterface.sourceDestCheck,
    Status: "in-use",
    SubnetId: subnetId,
    TagSet: tagList(tags),
    VpcId: subnet.vpcId,
  };
}

/** How Elastic Load Balancing appears on its interfaces. */
const loadBalancing = "amazon-elb";

/** An interface that no instance has is a load balancer's. */
function attachmentOf({ ec2, now, wallClock }: Ec2ActionContext, id: string): NetworkInterfaceAttachment {
  const instance = ec2.instances.records.visible(now()).find(({ interfaceId }) => interfaceId === id);
  const attachment = {
    AttachmentId: id.replace(/^eni-/, "eni-attach-"),
    NetworkCardIndex: 0,
    Status: "attached" as const,
  };
  if (!instance)
    return { ...attachment, DeleteOnTermination: false, DeviceIndex: 1, InstanceOwnerId: loadBalancing };
  return {
    ...attachment,
    AttachTime: wallClock.show(instance.launchedAt),
    DeleteOnTermination: true,
    DeviceIndex: 0,
    InstanceId: instance.specification.instanceId,
    InstanceOwnerId: accountId,
  };
}

const kind: ResourceKind<InterfaceDescription> = {
  type: "network-interface",
  idOf: each => each.NetworkInterfaceId,
  filterable: {
    "addresses.association.public-ip": each => each.Association?.PublicIp,
    "addresses.primary": each => each.PrivateIpAddresses?.map(({ Primary }) => Primary),
    "addresses.private-ip-address": each => each.PrivateIpAddress,
    "association.ip-owner-id": each => each.Association?.IpOwnerId,
    "association.public-dns-name": each => each.Association?.PublicDnsName,
    "association.public-ip": each => each.Association?.PublicIp,
    "attachment.attachment-id": each => each.Attachment?.AttachmentId,
    "attachment.delete-on-termination": each => each.Attachment?.DeleteOnTermination,
    "attachment.device-index": each => each.Attachment?.DeviceIndex,
    "attachment.instance-id": each => each.Attachment?.InstanceId,
    "attachment.instance-owner-id": each => each.Attachment?.InstanceOwnerId,
    "attachment.status": each => each.Attachment?.Status,
    "availability-zone": each => each.AvailabilityZone,
    "availability-zone-id": each => each.AvailabilityZoneId,
    description: each => each.Description,
    "group-id": each => each.Groups?.map(({ GroupId }) => GroupId),
    // Older than the documented filters, and still accepted: the AWS provider sends it.
    "group-name": each => each.Groups?.map(({ GroupName }) => GroupName),
    "interface-type": each => each.InterfaceType,
    "ipv6-addresses.ipv6-address": () => [],
    "mac-address": each => each.MacAddress,
    "network-interface-id": each => each.NetworkInterfaceId,
    "owner-id": each => each.OwnerId,
    "private-dns-name": each => each.PrivateDnsName,
    "private-ip-address": each => each.PrivateIpAddress,
    "requester-id": each => each.RequesterId,
    "requester-managed": each => each.RequesterManaged,
    "source-dest-check": each => each.SourceDestCheck,
    status: each => each.Status,
    "subnet-id": each => each.SubnetId,
    "vpc-id": each => each.VpcId,
  },
};
