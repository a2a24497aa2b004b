/** VPCs and subnets. Sources: EC2 API Reference, "DescribeVpcs" and "DescribeSubnets". */
import type { Subnet, Vpc } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, pageParameters, describe, tagList, type ResourceKind } from "./describe";

export const describeVpcs: Ec2Actions["DescribeVpcs"] = {
  parameters: ["VpcIds", ...pageParameters],
  handle({ ec2: { vpc } }, input) {
    assertNoDryRun(input);
    const vpcs = [...vpc.vpcs.values()].map(({ id, cidrBlock, tags }): Vpc => ({
      CidrBlock: cidrBlock,
      DhcpOptionsId: id.replace(/^vpc-/, "dopt-"),
      State: "available",
      VpcId: id,
      OwnerId: accountId,
      InstanceTenancy: "default",
      CidrBlockAssociationSet: [
        {
          AssociationId: id.replace(/^vpc-/, "vpc-cidr-assoc-"),
          CidrBlock: cidrBlock,
          CidrBlockState: { State: "associated" },
        },
      ],
      // The program creates its own network; the region has no default VPC.
      IsDefault: false,
      Tags: tagList(tags),
    }));
    const { page, NextToken } = describe(vpcs, vpcKind, { ids: input.VpcIds, ...input });
    return { Vpcs: page, NextToken };
  },
};

const vpcKind: ResourceKind<Vpc> = {
  idFormat: { prefix: "vpc", malformed: "InvalidVpcID.Malformed" },
  idOf: vpc => vpc.VpcId,
  notFound: "InvalidVpcID.NotFound",
  label: "The vpc ID",
  filterable: {
    cidr: vpc => vpc.CidrBlock,
    "cidr-block-association.association-id": vpc =>
      vpc.CidrBlockAssociationSet?.map(each => each.AssociationId) ?? [],
    "cidr-block-association.cidr-block": vpc =>
      vpc.CidrBlockAssociationSet?.map(each => each.CidrBlock) ?? [],
    "cidr-block-association.state": vpc =>
      vpc.CidrBlockAssociationSet?.map(each => each.CidrBlockState?.State) ?? [],
    "dhcp-options-id": vpc => vpc.DhcpOptionsId,
    // The tutorial uses this older spelling of "is-default", which AWS still accepts.
    isDefault: vpc => vpc.IsDefault,
    "is-default": vpc => vpc.IsDefault,
    "owner-id": vpc => vpc.OwnerId,
    state: vpc => vpc.State,
    "vpc-id": vpc => vpc.VpcId,
  },
};

export const describeSubnets: Ec2Actions["DescribeSubnets"] = {
  parameters: ["SubnetIds", ...pageParameters],
  handle({ ec2: { vpc, interfaces }, regionName }, input) {
    assertNoDryRun(input);
    const subnets = [...vpc.subnets.values()].map(
      ({ id, vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags }): Subnet => ({
        AvailabilityZone: availabilityZone,
        AvailabilityZoneId: zoneId(availabilityZone),
        AvailableIpAddressCount: interfaces.availableIn(id),
        CidrBlock: cidrBlock,
        DefaultForAz: false,
        MapPublicIpOnLaunch: mapPublicIpOnLaunch,
        State: "available",
        SubnetId: id,
        VpcId: vpcId,
        OwnerId: accountId,
        AssignIpv6AddressOnCreation: false,
        Ipv6CidrBlockAssociationSet: [],
        MapCustomerOwnedIpOnLaunch: false,
        Tags: tagList(tags),
        SubnetArn: `arn:aws:ec2:${regionName}:${accountId}:subnet/${id}`,
        EnableDns64: false,
        Ipv6Native: false,
      }),
    );
    const { page, NextToken } = describe(subnets, subnetKind, { ids: input.SubnetIds, ...input });
    return { Subnets: page, NextToken };
  },
};

/** "use1-az1" for "us-east-1a"; on AWS the mapping differs between accounts. */
function zoneId(zone: string): string {
  const [, area = "", side = "", number = "", letter = ""] = /^(\w+)-(\w+)-(\d+)(\w)$/.exec(zone) ?? [];
  return `${area}${side.charAt(0)}${number}-az${letter.charCodeAt(0) - "a".charCodeAt(0) + 1}`;
}

const subnetKind: ResourceKind<Subnet> = {
  idFormat: { prefix: "subnet", malformed: "InvalidSubnetID.Malformed" },
  idOf: subnet => subnet.SubnetId,
  notFound: "InvalidSubnetID.NotFound",
  label: "The subnet ID",
  filterable: {
    "availability-zone": subnet => subnet.AvailabilityZone,
    availabilityZone: subnet => subnet.AvailabilityZone,
    "availability-zone-id": subnet => subnet.AvailabilityZoneId,
    "available-ip-address-count": subnet => subnet.AvailableIpAddressCount,
    cidr: subnet => subnet.CidrBlock,
    "cidr-block": subnet => subnet.CidrBlock,
    cidrBlock: subnet => subnet.CidrBlock,
    "default-for-az": subnet => subnet.DefaultForAz,
    defaultForAz: subnet => subnet.DefaultForAz,
    "map-public-ip-on-launch": subnet => subnet.MapPublicIpOnLaunch,
    "owner-id": subnet => subnet.OwnerId,
    state: subnet => subnet.State,
    "subnet-arn": subnet => subnet.SubnetArn,
    "subnet-id": subnet => subnet.SubnetId,
    "vpc-id": subnet => subnet.VpcId,
  },
};
