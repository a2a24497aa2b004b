import type { DescribeNetworkAclsRequest, DescribeNetworkAclsResult, NetworkAcl } from "@aws-sdk/client-ec2";
import { declaredNetwork } from "../../../../testing/declared-network";
import { known, type VpcModel } from "../../../network/reachability/vpc-model";
import { AwsError } from "../../../api/aws-error";
import { describeNetworkAcls } from "./network-acls";

function describeAcls(
  request: DescribeNetworkAclsRequest = {},
  vpc: VpcModel = declaredNetwork(),
): Required<NetworkAcl>[] {
  const { NetworkAcls } = describeNetworkAcls.handle({ ec2: { vpc } }, request) as DescribeNetworkAclsResult;
  return (NetworkAcls ?? []) as Required<NetworkAcl>[];
}

function idsWhere(name: string, ...values: string[]) {
  return describeAcls({ Filters: [{ Name: name, Values: values }] }).map(acl => acl.NetworkAclId);
}

function failureOf(request: DescribeNetworkAclsRequest): unknown {
  try {
    return describeAcls(request);
  } catch (error) {
    return error instanceof AwsError ? { code: error.code, message: error.message } : error;
  }
}

it("describes the data ACL as AWS does", () => {
  const described = describeAcls({ NetworkAclIds: ["acl-data"] });
  const all = { CidrBlock: "0.0.0.0/0", Protocol: "6", RuleAction: "allow" };
  const implied = { CidrBlock: "0.0.0.0/0", Protocol: "-1", RuleAction: "deny", RuleNumber: 32767 };
  expect(described).toStrictEqual([
    {
      Associations: [
        { NetworkAclAssociationId: "aclassoc-data", NetworkAclId: "acl-data", SubnetId: "subnet-data" },
      ],
      Entries: [
        { ...all, Egress: true, PortRange: { From: 0, To: 65535 }, RuleNumber: 100 },
        { ...implied, Egress: true },
        { ...all, Egress: false, PortRange: { From: 22, To: 22 }, RuleNumber: 100 },
        {
          ...all,
          CidrBlock: "10.0.2.0/24",
          Egress: false,
          PortRange: { From: 8080, To: 8080 },
          RuleNumber: 200,
        },
        { ...all, Egress: false, PortRange: { From: 5000, To: 5000 }, RuleNumber: 300 },
        { ...implied, Egress: false },
      ],
      IsDefault: false,
      NetworkAclId: "acl-data",
      Tags: [
        { Key: "Name", Value: "data" },
        { Key: "Project", Value: "elastic-fleet" },
      ],
      VpcId: "vpc-main",
      OwnerId: "123456789012",
    },
  ]);
});

it("shows the association of each subnet with the default ACL", () => {
  const [described] = describeAcls({ NetworkAclIds: ["acl-default"] });
  const all = { CidrBlock: "0.0.0.0/0", Protocol: "-1" };
  expect(described).toStrictEqual({
    Associations: ["receiver", "edge-a", "edge-b"].map(name => ({
      NetworkAclAssociationId: `aclassoc-${name}`,
      NetworkAclId: "acl-default",
      SubnetId: `subnet-${name}`,
    })),
    Entries: [
      { ...all, Egress: true, RuleAction: "allow", RuleNumber: 100 },
      { ...all, Egress: true, RuleAction: "deny", RuleNumber: 32767 },
      { ...all, Egress: false, RuleAction: "allow", RuleNumber: 100 },
      { ...all, Egress: false, RuleAction: "deny", RuleNumber: 32767 },
    ],
    IsDefault: true,
    NetworkAclId: "acl-default",
    Tags: [],
    VpcId: "vpc-main",
    OwnerId: "123456789012",
  });
});

it("shows only the two implied denies for an ACL without entries", () => {
  const model = declaredNetwork();
  known(model.networkAcls, "acl-data").entries = [];
  const [described] = describeAcls({ NetworkAclIds: ["acl-data"] }, model);
  expect(described?.Entries.map(each => [each.Egress, each.RuleNumber])).toEqual([
    [true, 32767],
    [false, 32767],
  ]);
});

it("omits the port range for all protocols, whatever is stored", () => {
  const model = declaredNetwork();
  for (const entry of known(model.networkAcls, "acl-data").entries) entry.protocol = "-1";
  const [described] = describeAcls({ NetworkAclIds: ["acl-data"] }, model);
  expect(described?.Entries.some(each => "PortRange" in each)).toBe(false);
});

it("describes all ACLs without ids and filters", () => {
  expect(describeAcls().map(acl => acl.NetworkAclId)).toEqual(["acl-default", "acl-data"]);
});

it.each<[string, string[], string[]]>([
  ["association.subnet-id", ["subnet-data"], ["acl-data"]],
  ["association.subnet-id", ["subnet-edge-a"], ["acl-default"]],
  ["association.subnet-id", ["subnet-data", "subnet-edge-a"], ["acl-default", "acl-data"]],
  ["association.subnet-id", ["subnet-none"], []],
  ["association.association-id", ["aclassoc-data"], ["acl-data"]],
  ["association.network-acl-id", ["acl-data"], ["acl-data"]],
  ["network-acl-id", ["acl-data"], ["acl-data"]],
  ["network-acl-id", ["acl-d*a"], ["acl-data"]],
  ["network-acl-id", ["acl-dat?"], ["acl-data"]],
  ["network-acl-id", ["acl-dat\\?"], []],
  ["network-acl-id", ["acl.data"], []],
  ["network-acl-id", ["acl"], []],
  ["network-acl-id", ["ACL-DATA"], []],
  ["network-acl-id", ["*"], ["acl-default", "acl-data"]],
  ["network-acl-id", [], []],
  ["vpc-id", ["vpc-main"], ["acl-default", "acl-data"]],
  ["vpc-id", ["vpc-other"], []],
  ["owner-id", ["123456789012"], ["acl-default", "acl-data"]],
  ["default", ["true"], ["acl-default"]],
  ["default", ["false"], ["acl-data"]],
  ["entry.cidr", ["10.0.2.0/24"], ["acl-data"]],
  ["entry.egress", ["true"], ["acl-default", "acl-data"]],
  ["entry.port-range.from", ["5000"], ["acl-data"]],
  ["entry.port-range.to", ["65535"], ["acl-data"]],
  ["entry.protocol", ["tcp"], ["acl-data"]],
  ["entry.protocol", ["6"], ["acl-data"]],
  ["entry.rule-action", ["deny"], ["acl-default", "acl-data"]],
  ["entry.rule-number", ["300"], ["acl-data"]],
  ["entry.ipv6-cidr", ["*"], []],
  ["tag:Name", ["data"], ["acl-data"]],
  ["tag:Name", ["Data"], []],
  ["tag:Colour", ["*"], []],
  ["tag-key", ["Project"], ["acl-data"]],
])("filter %s %j finds %j", (name, values, expected) => {
  expect(idsWhere(name, ...values)).toEqual(expected);
});

it("combines filters and ids with AND", () => {
  const data = { Name: "tag:Name", Values: ["data"] };
  expect(describeAcls({ Filters: [data, { Name: "default", Values: ["true"] }] })).toEqual([]);
  expect(describeAcls({ Filters: [data, { Name: "vpc-id", Values: ["vpc-main"] }] })).toHaveLength(1);
  expect(describeAcls({ NetworkAclIds: ["acl-default"], Filters: [data] })).toEqual([]);
});

it("rejects an unknown id as AWS does", () => {
  expect(failureOf({ NetworkAclIds: ["acl-data", "acl-0123"] })).toEqual({
    code: "InvalidNetworkAclID.NotFound",
    message: "The networkAcl ID 'acl-0123' does not exist",
  });
});

it.each(["subnet-id", "Default", "toString", "tag"])("rejects the unknown filter %s as AWS does", name => {
  expect(failureOf({ Filters: [{ Name: name, Values: ["x"] }] })).toEqual({
    code: "InvalidParameterValue",
    message: `The filter '${name}' is invalid`,
  });
});
