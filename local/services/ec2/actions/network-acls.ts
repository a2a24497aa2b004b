/** Network ACLs and their associations. Sources: EC2 API Reference, "CreateNetworkAcl" and the like. */
import type {
  NetworkAcl as NetworkAclDescription,
  NetworkAclEntry as EntryDescription,
} from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { NetworkAcl, NetworkAclEntry, VpcModel } from "../../../network/reachability/vpc-model";
import { entriesInOrder } from "../../../network/reachability/network-acl";
import type { ActionsOf } from "../../../api/service";
import { associateNetworkAcl, createNetworkAcl } from "../network-acls";
import { networkRefusals } from "../network-refusals";
import { find } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import { protocolName } from "./protocol-numbers";
import { assertNoDryRun, pageParameters, describe, type ResourceKind } from "./describe";

/** What hosts may call too acts on the model alone. */
type Actions = ActionsOf<typeof import("@aws-sdk/client-ec2"), { ec2: { vpc: VpcModel } }>;

export const describeNetworkAcls: Actions["DescribeNetworkAcls"] = {
  parameters: ["NetworkAclIds", ...pageParameters],
  handle({ ec2: { vpc } }, input) {
    const acls = [...vpc.networkAcls.values()].map(acl => descriptionOf(vpc, acl));
    const { page, NextToken } = describe(acls, kind, { ids: input.NetworkAclIds, ...input });
    return { NetworkAcls: page, NextToken };
  },
};

export const networkAclActions = {
  DescribeNetworkAcls: describeNetworkAcls,

  CreateNetworkAcl: {
    parameters: ["VpcId", "TagSpecifications", "ClientToken", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { id: vpcId } = find(vpc.vpcs, "vpc", input.VpcId);
      const tags = tagsFor("network-acl", input.TagSpecifications);
      assertNoDryRun(input);
      const acl = createNetworkAcl(vpc, { vpcId, tags });
      return { NetworkAcl: descriptionOf(vpc, acl), ClientToken: input.ClientToken };
    },
  },

  DeleteNetworkAcl: {
    parameters: ["NetworkAclId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { id, isDefault } = find(vpc.networkAcls, "network-acl", input.NetworkAclId);
      if (isDefault) throw networkRefusals.defaultAcl(id);
      const isInUse = [...vpc.networkAclAssociations.values()].some(each => each.networkAclId === id);
      if (isInUse) throw networkRefusals.aclHasDependencies(id);
      assertNoDryRun(input);
      vpc.networkAcls.delete(id);
      return {};
    },
  },

  ReplaceNetworkAclAssociation: {
    parameters: ["AssociationId", "NetworkAclId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { AssociationId: id = "" } = input;
      const association = vpc.networkAclAssociations.get(id);
      if (!association) throw networkRefusals.associationNotFound(id);
      const acl = find(vpc.networkAcls, "network-acl", input.NetworkAclId);
      const { subnetId } = association;
      if (find(vpc.subnets, "subnet", subnetId).vpcId !== acl.vpcId)
        throw networkRefusals.differentNetworks(`network ACL ${acl.id}`, `subnet ${subnetId}`);
      assertNoDryRun(input);
      return { NewAssociationId: associateNetworkAcl(vpc, subnetId, acl.id) };
    },
  },
} satisfies Partial<Actions>;

/** Filters on IPv6 are valid but match nothing here. */
const kind: ResourceKind<ReturnType<typeof descriptionOf>> = {
  type: "network-acl",
  idOf: acl => acl.NetworkAclId,
  filterable: {
    "association.association-id": acl => acl.Associations.map(each => each.NetworkAclAssociationId),
    "association.network-acl-id": acl => acl.Associations.map(each => each.NetworkAclId),
    "association.subnet-id": acl => acl.Associations.map(each => each.SubnetId),
    default: acl => acl.IsDefault,
    "entry.cidr": acl => acl.Entries.map(each => each.CidrBlock),
    "entry.egress": acl => acl.Entries.map(each => each.Egress),
    "entry.icmp.code": acl => acl.Entries.map(each => each.IcmpTypeCode?.Code),
    "entry.icmp.type": acl => acl.Entries.map(each => each.IcmpTypeCode?.Type),
    "entry.ipv6-cidr": () => [],
    "entry.port-range.from": acl => acl.Entries.map(each => each.PortRange?.From),
    "entry.port-range.to": acl => acl.Entries.map(each => each.PortRange?.To),
    "entry.protocol": acl => acl.Entries.flatMap(({ Protocol = "" }) => [Protocol, protocolName(Protocol)]),
    "entry.rule-action": acl => acl.Entries.map(each => each.RuleAction),
    "entry.rule-number": acl => acl.Entries.map(each => each.RuleNumber),
    "network-acl-id": acl => acl.NetworkAclId,
    "owner-id": acl => acl.OwnerId,
    "vpc-id": acl => acl.VpcId,
  },
};

function descriptionOf(model: VpcModel, acl: NetworkAcl) {
  return {
    Associations: [...model.networkAclAssociations.values()]
      .filter(({ networkAclId }) => networkAclId === acl.id)
      .map(({ id, networkAclId, subnetId }) => ({
        NetworkAclAssociationId: id,
        NetworkAclId: networkAclId,
        SubnetId: subnetId,
      })),
    // Outbound before inbound, as in AWS's example of this call.
    Entries: [...entriesInOrder(acl, true), ...entriesInOrder(acl, false)].map(entryDescriptionOf),
    IsDefault: acl.isDefault,
    NetworkAclId: acl.id,
    Tags: tagList(acl.tags),
    VpcId: acl.vpcId,
    OwnerId: accountId,
  } satisfies NetworkAclDescription;
}

function entryDescriptionOf({
  portRange,
  icmpTypeCode,
  protocol,
  ...entry
}: NetworkAclEntry): EntryDescription {
  return {
    CidrBlock: entry.cidrBlock,
    Egress: entry.egress,
    ...(portRange && protocol !== "-1" && { PortRange: { From: portRange.from, To: portRange.to } }),
    ...(icmpTypeCode && { IcmpTypeCode: { Type: icmpTypeCode.type, Code: icmpTypeCode.code } }),
    Protocol: protocol,
    RuleAction: entry.ruleAction,
    RuleNumber: entry.ruleNumber,
  };
}
