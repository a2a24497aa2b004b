/** Subnets. Sources: EC2 API Reference, "CreateSubnet", "ModifySubnetAttribute" and the like. */
import type { CreateSubnetRequest, Subnet as SubnetDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { Subnet } from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { find } from "../resource-types";
import { createSubnet, deleteSubnet, subnetRange } from "../subnets";
import { tagList, tagsFor } from "../tags";
import { zoneId, zonesOf } from "../zones";
import { arnOf } from "./arns";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { oneAttribute, required } from "./validation";

export const subnetActions = {
  CreateSubnet: {
    parameters: [
      "VpcId",
      "CidrBlock",
      "AvailabilityZone",
      "AvailabilityZoneId",
      "TagSpecifications",
      "DryRun",
    ],
    handle(context, input) {
      const { ec2, regionName } = context;
      const vpc = find(ec2.vpc.vpcs, "vpc", input.VpcId);
      const availabilityZone = zoneFor(regionName, input);
      const cidrBlock = subnetRange(ec2.vpc, vpc, required(input.CidrBlock, "cidrBlock"));
      const tags = tagsFor("subnet", input.TagSpecifications);
      assertNoDryRun(input);
      const attributes = { defaultForAz: false, mapPublicIpOnLaunch: false };
      const created = createSubnet(ec2, { vpcId: vpc.id, cidrBlock, availabilityZone, ...attributes, tags });
      return { Subnet: descriptionOf(context, created) };
    },
  },

  DeleteSubnet: {
    parameters: ["SubnetId", "DryRun"],
    handle({ ec2 }, input) {
      const { id } = find(ec2.vpc.subnets, "subnet", input.SubnetId);
      const isInUse = [...ec2.vpc.networkInterfaces.values()].some(({ subnetId }) => subnetId === id);
      if (isInUse) throw networkRefusals.subnetHasDependencies(id);
      assertNoDryRun(input);
      deleteSubnet(ec2, id);
      return {};
    },
  },

  ModifySubnetAttribute: {
    parameters: ["SubnetId", "MapPublicIpOnLaunch"],
    inert: ["AssignIpv6AddressOnCreation"],
    handle({ ec2: { vpc } }, { SubnetId, MapPublicIpOnLaunch, AssignIpv6AddressOnCreation }) {
      const subnet = find(vpc.subnets, "subnet", SubnetId);
      const [name, { Value = false }] = oneAttribute({ MapPublicIpOnLaunch, AssignIpv6AddressOnCreation });
      if (name === "MapPublicIpOnLaunch") subnet.mapPublicIpOnLaunch = Value;
      else if (Value) throw networkRefusals.noIpv6(name);
      return {};
    },
  },

  DescribeSubnets: {
    parameters: ["SubnetIds", ...pageParameters],
    handle(context, input) {
      const subnets = [...context.ec2.vpc.subnets.values()].map(subnet => descriptionOf(context, subnet));
      const { page, NextToken } = describe(subnets, subnetKind, { ids: input.SubnetIds, ...input });
      return { Subnets: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

/** The zone asked for, or else the first: AWS may choose any. */
function zoneFor(
  regionName: string,
  { AvailabilityZone: name, AvailabilityZoneId: id }: CreateSubnetRequest,
): string {
  const zones = zonesOf(regionName);
  if (name !== undefined && id !== undefined) throw networkRefusals.zoneTwice();
  const found = zones.find(zone => (id === undefined ? zone === (name ?? zones[0]) : zoneId(zone) === id));
  if (found !== undefined) return found;
  if (id !== undefined) throw networkRefusals.unknownZone("availabilityZoneId", id, zones.map(zoneId));
  throw networkRefusals.unknownZone("availabilityZone", name ?? "", zones);
}

function descriptionOf(
  { ec2: { interfaces }, regionName }: Ec2ActionContext,
  { id, vpcId, cidrBlock, availabilityZone, defaultForAz, mapPublicIpOnLaunch, tags }: Subnet,
): SubnetDescription {
  return {
    AvailabilityZone: availabilityZone,
    AvailabilityZoneId: zoneId(availabilityZone),
    AvailableIpAddressCount: interfaces.availableIn(id),
    CidrBlock: cidrBlock,
    DefaultForAz: defaultForAz,
    MapPublicIpOnLaunch: mapPublicIpOnLaunch,
    State: "available",
    SubnetId: id,
    VpcId: vpcId,
    OwnerId: accountId,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    MapCustomerOwnedIpOnLaunch: false,
    Tags: tagList(tags),
    SubnetArn: arnOf(regionName, id),
    EnableDns64: false,
    Ipv6Native: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
  };
}

const subnetKind: ResourceKind<SubnetDescription> = {
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
