/** Internet gateways. Sources: EC2 API Reference, "CreateInternetGateway", "AttachInternetGateway" and the like. */
import type { InternetGateway as GatewayDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { InternetGateway } from "../../../network/reachability/vpc-model";
import { internetGatewayOf } from "../../../network/reachability/routes";
import { createInternetGateway, hasPublicAddresses } from "../internet-gateways";
import { networkRefusals } from "../network-refusals";
import { find } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";

export const internetGatewayActions = {
  CreateInternetGateway: {
    parameters: ["TagSpecifications", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const tags = tagsFor("internet-gateway", input.TagSpecifications);
      assertNoDryRun(input);
      return { InternetGateway: descriptionOf(createInternetGateway(vpc, { tags })) };
    },
  },

  AttachInternetGateway: {
    parameters: ["InternetGatewayId", "VpcId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const gateway = find(vpc.internetGateways, "internet-gateway", input.InternetGatewayId);
      const { id: vpcId } = find(vpc.vpcs, "vpc", input.VpcId);
      if (gateway.vpcId !== undefined) throw networkRefusals.gatewayAttached(gateway.id, gateway.vpcId);
      if (internetGatewayOf(vpc, vpcId)) throw networkRefusals.vpcHasGateway(vpcId);
      assertNoDryRun(input);
      gateway.vpcId = vpcId;
      return {};
    },
  },

  DetachInternetGateway: {
    parameters: ["InternetGatewayId", "VpcId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const gateway = find(vpc.internetGateways, "internet-gateway", input.InternetGatewayId);
      const { id: vpcId } = find(vpc.vpcs, "vpc", input.VpcId);
      if (gateway.vpcId !== vpcId) throw networkRefusals.gatewayNotAttached(gateway.id, vpcId);
      if (hasPublicAddresses(vpc, vpcId)) throw networkRefusals.publicAddressesMapped(vpcId);
      assertNoDryRun(input);
      delete gateway.vpcId;
      return {};
    },
  },

  DeleteInternetGateway: {
    parameters: ["InternetGatewayId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { id, vpcId } = find(vpc.internetGateways, "internet-gateway", input.InternetGatewayId);
      if (vpcId !== undefined) throw networkRefusals.gatewayHasDependencies(id);
      assertNoDryRun(input);
      vpc.internetGateways.delete(id);
      return {};
    },
  },

  DescribeInternetGateways: {
    parameters: ["InternetGatewayIds", ...pageParameters],
    handle({ ec2: { vpc } }, input) {
      const gateways = [...vpc.internetGateways.values()].map(descriptionOf);
      const { page, NextToken } = describe(gateways, kind, { ids: input.InternetGatewayIds, ...input });
      return { InternetGateways: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function descriptionOf({ id, vpcId, tags }: InternetGateway): GatewayDescription {
  return {
    // EC2 answers "available" here, which the type lacks: its values are those of other attachments.
    Attachments: vpcId === undefined ? [] : [{ State: "available" as never, VpcId: vpcId }],
    InternetGatewayId: id,
    OwnerId: accountId,
    Tags: tagList(tags),
  };
}

const kind: ResourceKind<GatewayDescription> = {
  type: "internet-gateway",
  idOf: gateway => gateway.InternetGatewayId,
  filterable: {
    "attachment.state": gateway => gateway.Attachments?.map(({ State }) => State),
    "attachment.vpc-id": gateway => gateway.Attachments?.map(({ VpcId }) => VpcId),
    "internet-gateway-id": gateway => gateway.InternetGatewayId,
    "owner-id": gateway => gateway.OwnerId,
  },
};
