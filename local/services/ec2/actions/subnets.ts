/** Subnets. Source: EC2 API Reference, "DescribeSubnets". */
import type { Subnet } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import { tagList } from "../tags";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";

export const subnetActions = {
  DescribeSubnets: {
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
  },
} satisfies Partial<Ec2Actions>;

/** "use1-az1" for "us-east-1a"; on AWS the mapping differs between accounts. */
function zoneId(zone: string): string {
  const [, area = "", side = "", number = "", letter = ""] = /^(\w+)-(\w+)-(\d+)(\w)$/.exec(zone) ?? [];
  return `${area}${side.charAt(0)}${number}-az${letter.charCodeAt(0) - "a".charCodeAt(0) + 1}`;
}

const subnetKind: ResourceKind<Subnet> = {
  type: "subnet",
  idOf: subnet => subnet.SubnetId,
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
