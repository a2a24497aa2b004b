/** VPCs. Sources: EC2 API Reference, "CreateVpc", "ModifyVpcAttribute" and the like. */
import type { Vpc as VpcDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import { prefixLength } from "../../../network/ipv4";
import type { Vpc, VpcModel } from "../../../network/reachability/vpc-model";
import { createDefaultVpc } from "../default-vpc";
import { networkRefusals } from "../network-refusals";
import { find } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import { createVpc, defaultVpcOf, deleteVpc } from "../vpcs";
import { zonesOf } from "../zones";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { ipv4Range, oneAttribute, oneOf, required } from "./validation";

export const vpcActions = {
  CreateVpc: {
    parameters: ["CidrBlock", "TagSpecifications", "DryRun"],
    inert: ["InstanceTenancy", "AmazonProvidedIpv6CidrBlock"],
    handle({ ec2: { vpc } }, input) {
      if (input.AmazonProvidedIpv6CidrBlock) throw networkRefusals.noIpv6("AmazonProvidedIpv6CidrBlock");
      const cidrBlock = vpcRange(required(input.CidrBlock, "cidrBlock"));
      const tenancies = ["default", "dedicated"] as const;
      const instanceTenancy = oneOf("instanceTenancy", input.InstanceTenancy ?? "default", tenancies);
      const tags = tagsFor("vpc", input.TagSpecifications);
      assertNoDryRun(input);
      const { vpcId } = createVpc(vpc, { cidrBlock, instanceTenancy, tags });
      return { Vpc: newlyCreated(find(vpc.vpcs, "vpc", vpcId)) };
    },
  },

  CreateDefaultVpc: {
    parameters: ["DryRun"],
    handle({ ec2, regionName }, input) {
      if (defaultVpcOf(ec2.vpc)) throw networkRefusals.defaultVpcExists();
      assertNoDryRun(input);
      const vpcId = createDefaultVpc(ec2, zonesOf(regionName));
      return { Vpc: newlyCreated(find(ec2.vpc.vpcs, "vpc", vpcId)) };
    },
  },

  DeleteVpc: {
    parameters: ["VpcId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { id } = find(vpc.vpcs, "vpc", input.VpcId);
      if (hasDependencies(vpc, id)) throw networkRefusals.vpcHasDependencies(id);
      assertNoDryRun(input);
      deleteVpc(vpc, id);
      return {};
    },
  },

  ModifyVpcAttribute: {
    parameters: ["VpcId"],
    inert: ["EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"],
    handle(
      { ec2: { vpc } },
      { VpcId, EnableDnsSupport, EnableDnsHostnames, EnableNetworkAddressUsageMetrics },
    ) {
      const found = find(vpc.vpcs, "vpc", VpcId);
      const [name, { Value = false }] = oneAttribute({
        EnableDnsSupport,
        EnableDnsHostnames,
        EnableNetworkAddressUsageMetrics,
      });
      if (name === "EnableDnsHostnames" && Value && !found.enableDnsSupport)
        throw networkRefusals.dnsHostnamesWithoutSupport();
      found[attributeNames[name]] = Value;
      return {};
    },
  },

  DescribeVpcAttribute: {
    parameters: ["VpcId", "Attribute", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const found = find(vpc.vpcs, "vpc", input.VpcId);
      const attribute = Object.entries(attributeNames).find(([, name]) => name === input.Attribute);
      if (!attribute) throw networkRefusals.unknownAttribute(input.Attribute ?? "");
      assertNoDryRun(input);
      const [member, name] = attribute;
      return { VpcId: found.id, [member]: { Value: found[name] } };
    },
  },

  DescribeVpcs: {
    parameters: ["VpcIds", ...pageParameters],
    handle({ ec2: { vpc } }, input) {
      const vpcs = [...vpc.vpcs.values()].map(descriptionOf);
      const { page, NextToken } = describe(vpcs, vpcKind, { ids: input.VpcIds, ...input });
      return { Vpcs: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

const attributeNames = {
  EnableDnsSupport: "enableDnsSupport",
  EnableDnsHostnames: "enableDnsHostnames",
  EnableNetworkAddressUsageMetrics: "enableNetworkAddressUsageMetrics",
} as const;

function vpcRange(cidr: string): string {
  const range = ipv4Range("cidrBlock", cidr);
  if (prefixLength(range) < 16 || prefixLength(range) > 28) throw networkRefusals.vpcRange(cidr);
  return range;
}

/** What EC2 creates along with a VPC goes with it; anything else must be deleted first. */
function hasDependencies(model: VpcModel, vpcId: string): boolean {
  const { subnets, internetGateways, routeTables, networkAcls, securityGroups } = model;
  const isIn = (each: { vpcId?: string }) => each.vpcId === vpcId;
  return (
    [...subnets.values(), ...internetGateways.values()].some(isIn) ||
    [...routeTables.values()].some(each => isIn(each) && each.mainAssociationId === undefined) ||
    [...networkAcls.values()].some(each => isIn(each) && !each.isDefault) ||
    [...securityGroups.values()].some(each => isIn(each) && each.groupName !== "default")
  );
}

/** A new VPC is pending in the answer of its creation, and available whenever it is described. */
function newlyCreated(vpc: Vpc): VpcDescription {
  return { ...descriptionOf(vpc), State: "pending" };
}

function descriptionOf({ id, cidrBlock, isDefault, instanceTenancy, tags }: Vpc): VpcDescription {
  return {
    CidrBlock: cidrBlock,
    // AWS's own options, the same for every VPC of an account.
    DhcpOptionsId: `dopt-0${accountId}0000`,
    State: "available",
    VpcId: id,
    OwnerId: accountId,
    InstanceTenancy: instanceTenancy,
    Ipv6CidrBlockAssociationSet: [],
    CidrBlockAssociationSet: [
      {
        AssociationId: id.replace(/^vpc-/, "vpc-cidr-assoc-"),
        CidrBlock: cidrBlock,
        CidrBlockState: { State: "associated" },
      },
    ],
    IsDefault: isDefault,
    Tags: tagList(tags),
  };
}

const vpcKind: ResourceKind<VpcDescription> = {
  type: "vpc",
  idOf: vpc => vpc.VpcId,
  filterable: {
    cidr: vpc => vpc.CidrBlock,
    "cidr-block-association.association-id": vpc =>
      vpc.CidrBlockAssociationSet?.map(each => each.AssociationId),
    "cidr-block-association.cidr-block": vpc => vpc.CidrBlockAssociationSet?.map(each => each.CidrBlock),
    "cidr-block-association.state": vpc =>
      vpc.CidrBlockAssociationSet?.map(each => each.CidrBlockState?.State),
    "dhcp-options-id": vpc => vpc.DhcpOptionsId,
    // The tutorial uses this older spelling of "is-default", which AWS still accepts.
    isDefault: vpc => vpc.IsDefault,
    "is-default": vpc => vpc.IsDefault,
    "owner-id": vpc => vpc.OwnerId,
    state: vpc => vpc.State,
    "vpc-id": vpc => vpc.VpcId,
  },
};
