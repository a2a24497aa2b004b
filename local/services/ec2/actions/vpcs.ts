/** VPCs. Sources: EC2 API Reference, "CreateVpc", "DeleteVpc", "DescribeVpcs". */
import type { Vpc as VpcDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import { networkOf, prefixLength } from "../../../network/ipv4";
import type { Vpc, VpcModel } from "../../../network/reachability/vpc-model";
import { refusals } from "../refusals";
import { find } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import { createVpc, deleteVpc } from "../vpcs";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";

export const vpcActions = {
  CreateVpc: {
    parameters: ["CidrBlock", "TagSpecifications", "DryRun"],
    inert: ["InstanceTenancy", "AmazonProvidedIpv6CidrBlock"],
    handle({ ec2: { vpc } }, input) {
      if (input.AmazonProvidedIpv6CidrBlock) throw refusals.noIpv6("AmazonProvidedIpv6CidrBlock");
      const cidrBlock = vpcRange(input.CidrBlock);
      const tags = tagsFor("vpc", input.TagSpecifications);
      assertNoDryRun(input);
      const { vpcId } = createVpc(vpc, { cidrBlock, tags });
      return { Vpc: descriptionOf(find(vpc.vpcs, "vpc", vpcId)) };
    },
  },

  DeleteVpc: {
    parameters: ["VpcId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { id } = find(vpc.vpcs, "vpc", input.VpcId);
      if (hasDependencies(vpc, id)) throw refusals.vpcHasDependencies(id);
      assertNoDryRun(input);
      deleteVpc(vpc, id);
      return {};
    },
  },

  DescribeVpcs: {
    parameters: ["VpcIds", ...pageParameters],
    handle({ ec2: { vpc } }, input) {
      assertNoDryRun(input);
      const vpcs = [...vpc.vpcs.values()].map(descriptionOf);
      const { page, NextToken } = describe(vpcs, vpcKind, { ids: input.VpcIds, ...input });
      return { Vpcs: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

/** The range with its host bits cleared, as EC2 keeps it. */
function vpcRange(cidr = ""): string {
  const range = networkOf(cidr);
  if (range === undefined) throw refusals.invalidCidr("cidrBlock", cidr);
  if (prefixLength(range) < 16 || prefixLength(range) > 28) throw refusals.vpcRange(cidr);
  return range;
}

/** What EC2 creates along with a VPC goes with it; anything else must be deleted first. */
function hasDependencies(model: VpcModel, vpcId: string): boolean {
  const { subnets, internetGateways, routeTables, networkAcls, securityGroups } = model;
  const isIn = (each: { vpcId: string }) => each.vpcId === vpcId;
  return (
    [...subnets.values(), ...internetGateways.values()].some(isIn) ||
    [...routeTables.values()].some(each => isIn(each) && !each.main) ||
    [...networkAcls.values()].some(each => isIn(each) && !each.isDefault) ||
    [...securityGroups.values()].some(each => isIn(each) && each.groupName !== "default")
  );
}

function descriptionOf({ id, cidrBlock, tags }: Vpc): VpcDescription {
  return {
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
  };
}

const vpcKind: ResourceKind<VpcDescription> = {
  type: "vpc",
  idOf: vpc => vpc.VpcId,
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
