/** EC2's DescribeNetworkAcls over the model. Source: EC2 API Reference, "DescribeNetworkAcls". */
import type { NetworkAcl, NetworkAclEntry, VpcModel } from "./model";
import { entriesInOrder, networkAclOf } from "./network-acl";

export interface DescribeNetworkAclsRequest {
  networkAclIds?: readonly string[];
  filters?: readonly Filter[];
}

/** A filter's values are alternatives, several filters must all match (EC2 API Reference, "Filter"). */
export interface Filter {
  name: string;
  values: readonly string[];
}

/** The API's own keys; assignable to `NetworkAcl` of @aws-sdk/client-ec2. */
export interface NetworkAclDescription {
  Associations: { NetworkAclAssociationId: string; NetworkAclId: string; SubnetId: string }[];
  Entries: EntryDescription[];
  IsDefault: boolean;
  NetworkAclId: string;
  Tags: { Key: string; Value: string }[];
  VpcId: string;
  OwnerId: string;
}

export interface EntryDescription {
  CidrBlock: string;
  Egress: boolean;
  PortRange?: { From: number; To: number };
  Protocol: string;
  RuleAction: "allow" | "deny";
  RuleNumber: number;
}

/** An error as the EC2 API answers it, with HTTP status 400. */
export class Ec2Error extends Error {
  override readonly name = "Ec2Error";

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function describeNetworkAcls(
  model: VpcModel,
  { networkAclIds = [], filters = [] }: DescribeNetworkAclsRequest,
  ownerId: string,
): NetworkAclDescription[] {
  for (const id of networkAclIds) {
    if (!model.networkAcls.has(id)) {
      throw new Ec2Error("InvalidNetworkAclID.NotFound", `The networkAcl ID '${id}' does not exist`);
    }
  }
  const predicates = filters.map(predicateOf);
  return [...model.networkAcls.values()]
    .filter(({ id }) => networkAclIds.length === 0 || networkAclIds.includes(id))
    .map(acl => descriptionOf(model, acl, ownerId))
    .filter(acl => predicates.every(matches => matches(acl)));
}

function descriptionOf(model: VpcModel, acl: NetworkAcl, ownerId: string): NetworkAclDescription {
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
    Tags: Object.entries(acl.tags).map(([Key, Value]) => ({ Key, Value })),
    VpcId: acl.vpcId,
    OwnerId: ownerId,
  };
}

/** On AWS a subnet that was put under no ACL has an association all the same; its id follows from the subnet's. */
function associationIdOf(model: VpcModel, subnetId: string): string {
  const explicit = [...model.networkAclAssociations.values()].find(each => each.subnetId === subnetId);
  return explicit?.id ?? subnetId.replace(/^subnet-/, "aclassoc-");
}

function entryDescriptionOf({
  cidrBlock,
  egress,
  portRange,
  protocol,
  ruleAction,
  ruleNumber,
}: NetworkAclEntry) {
  return {
    CidrBlock: cidrBlock,
    Egress: egress,
    ...(portRange && protocol !== "-1" && { PortRange: { From: portRange.from, To: portRange.to } }),
    Protocol: protocol,
    RuleAction: ruleAction,
    RuleNumber: ruleNumber,
  } satisfies EntryDescription;
}

type Values = (acl: NetworkAclDescription) => readonly (string | number | boolean)[];

/** What each filter looks at. Those on ICMP and IPv6 are valid, and match nothing here. */
const filterable = new Map<string, Values>(
  Object.entries<Values>({
    "association.association-id": acl => acl.Associations.map(each => each.NetworkAclAssociationId),
    "association.network-acl-id": acl => acl.Associations.map(each => each.NetworkAclId),
    "association.subnet-id": acl => acl.Associations.map(each => each.SubnetId),
    default: acl => [acl.IsDefault],
    "entry.cidr": acl => acl.Entries.map(each => each.CidrBlock),
    "entry.egress": acl => acl.Entries.map(each => each.Egress),
    "entry.icmp.code": () => [],
    "entry.icmp.type": () => [],
    "entry.ipv6-cidr": () => [],
    "entry.port-range.from": acl => acl.Entries.flatMap(each => each.PortRange?.From ?? []),
    "entry.port-range.to": acl => acl.Entries.flatMap(each => each.PortRange?.To ?? []),
    "entry.protocol": acl =>
      acl.Entries.flatMap(each => (each.Protocol === "6" ? ["6", "tcp"] : each.Protocol)),
    "entry.rule-action": acl => acl.Entries.map(each => each.RuleAction),
    "entry.rule-number": acl => acl.Entries.map(each => each.RuleNumber),
    "network-acl-id": acl => [acl.NetworkAclId],
    "owner-id": acl => [acl.OwnerId],
    "tag-key": acl => acl.Tags.map(each => each.Key),
    "vpc-id": acl => [acl.VpcId],
  }),
);

function predicateOf({ name, values }: Filter): (acl: NetworkAclDescription) => boolean {
  const key = name.startsWith("tag:") ? name.slice("tag:".length) : undefined;
  const actual =
    key === undefined
      ? filterable.get(name)
      : ({ Tags }: NetworkAclDescription) => Tags.filter(tag => tag.Key === key).map(tag => tag.Value);
  if (!actual) throw new Ec2Error("InvalidParameterValue", `The filter '${name}' is invalid`);
  const patterns = values.map(patternOf);
  return acl => actual(acl).some(value => patterns.some(pattern => pattern.test(String(value))));
}

/** "*" and "?" are wildcards, a backslash before one makes it plain (EC2 User Guide, "List and filter"). */
function patternOf(value: string): RegExp {
  const source = value.replaceAll(/\\?[^]/gu, each => {
    if (each === "*") return ".*";
    if (each === "?") return ".";
    return each.replace(/^\\(?=[^])/u, "").replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  });
  return new RegExp(`^${source}$`, "su");
}
