/** Network ACLs with their entries and associations. Source: EC2 API Reference, "DescribeNetworkAcls". */
import type {
  NetworkAcl as NetworkAclDescription,
  NetworkAclEntry as EntryDescription,
} from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { NetworkAcl, NetworkAclEntry, VpcModel } from "../../../network/reachability/vpc-model";
import { entriesInOrder, networkAclOf } from "../../../network/reachability/network-acl";
import type { ActionsOf } from "../../../api/service";
import { assertNoDryRun, pageParameters, describe, type ResourceKind } from "./describe";
import { tagList } from "../tags";

type Actions = ActionsOf<typeof import("@aws-sdk/client-ec2"), { ec2: { vpc: VpcModel } }>;

export const describeNetworkAcls: Actions["DescribeNetworkAcls"] = {
  parameters: ["NetworkAclIds", ...pageParameters],
  handle({ ec2: { vpc } }, input) {
    assertNoDryRun(input);
    const acls = [...vpc.networkAcls.values()].map(acl => descriptionOf(vpc, acl));
    const { page, NextToken } = describe(acls, kind, { ids: input.NetworkAclIds, ...input });
    return { NetworkAcls: page, NextToken };
  },
};

/** Filters on ICMP and IPv6 are valid but match nothing here. */
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
    "entry.icmp.code": () => [],
    "entry.icmp.type": () => [],
    "entry.ipv6-cidr": () => [],
    "entry.port-range.from": acl => acl.Entries.map(each => each.PortRange?.From),
    "entry.port-range.to": acl => acl.Entries.map(each => each.PortRange?.To),
    "entry.protocol": acl =>
      acl.Entries.flatMap(each => (each.Protocol === "6" ? ["6", "tcp"] : each.Protocol)),
    "entry.rule-action": acl => acl.Entries.map(each => each.RuleAction),
    "entry.rule-number": acl => acl.Entries.map(each => each.RuleNumber),
    "network-acl-id": acl => acl.NetworkAclId,
    "owner-id": acl => acl.OwnerId,
    "vpc-id": acl => acl.VpcId,
  },
};

function descriptionOf(model: VpcModel, acl: NetworkAcl) {
  return {
    Associations: [...model.subnets.values()]
      .filter(subnet => subnet.vpcId === acl.vpcId && networkAclOf(model, subnet).id === acl.id)
      .map(({ id }) => ({
        NetworkAclAssociationId: associationIdOf(model, id),
        NetworkAclId: acl.id,
        SubnetId: id,
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

/** On AWS, a subnet that uses the default ACL has an association too. Here its id is derived from the subnet's. */
function associationIdOf(model: VpcModel, subnetId: string): string {
  const explicit = [...model.networkAclAssociations.values()].find(each => each.subnetId === subnetId);
  return explicit?.id ?? subnetId.replace(/^subnet-/, "aclassoc-");
}

function entryDescriptionOf({ portRange, protocol, ...entry }: NetworkAclEntry): EntryDescription {
  return {
    CidrBlock: entry.cidrBlock,
    Egress: entry.egress,
    ...(portRange && protocol !== "-1" && { PortRange: { From: portRange.from, To: portRange.to } }),
    Protocol: protocol,
    RuleAction: entry.ruleAction,
    RuleNumber: entry.ruleNumber,
  };
}
