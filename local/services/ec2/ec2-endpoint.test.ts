import { createHash } from "node:crypto";
import { EC2 } from "@aws-sdk/client-ec2";
import type { EC2ClientConfig, DescribeNetworkAclsCommandInput } from "@aws-sdk/client-ec2";
import { STS } from "@aws-sdk/client-sts";
import { listen, loopback } from "../../../testing/servers";
import { onCleanUp } from "../../../testing/clean-up";
import { accountId, declaredNetwork } from "../../../testing/declared-network";
import type { Ec2ActionContext } from "./actions/context";
import { createEc2Endpoint, type Authorizer } from "./ec2-endpoint";

/** The endpoint, and credentials of a receiver. */
async function setUp() {
  const vpc = declaredNetwork();
  const events: string[] = [];
  const allowed = new Set(["receiver ec2:DescribeNetworkAcls"]);
  const credentials = {
    accessKeyId: "ASIA0123456789ABCDEF",
    secretAccessKey: "c2VjcmV0",
    sessionToken: "dG9rZW4=",
    expiration: new Date(Date.now() + 3600_000),
    roleName: "receiver",
    instanceId: "i-0123",
  };
  const iam: Authorizer = {
    session: key => (key === credentials.accessKeyId ? credentials : undefined),
    allows: (roleName, action) => allowed.has(`${roleName} ${action}`),
  };
  // All that actions on a VPC need.
  const contextOf = () => ({ ec2: { vpc } }) as unknown as Ec2ActionContext;
  const { port } = await listen(createEc2Endpoint(contextOf, iam, event => events.push(event)));
  const endpoint = `http://${loopback}:${port}`;
  const clientOf = (options: EC2ClientConfig = {}) => {
    const client = new EC2({ endpoint, region: "us-east-1", maxAttempts: 1, credentials, ...options });
    onCleanUp(() => {
      client.destroy();
    });
    return client;
  };
  const describeAcls = (input: DescribeNetworkAclsCommandInput, options?: EC2ClientConfig) =>
    clientOf(options).describeNetworkAcls(input);
  return { vpc, events, allowed, credentials, endpoint, clientOf, describeAcls };
}

const dataAcl = { NetworkAclIds: ["acl-data"] };

describe("DescribeNetworkAcls, as parsed by AWS's own client", () => {
  test("returns a network ACL in full", async () => {
    const { describeAcls } = await setUp();
    const { NetworkAcls } = await describeAcls(dataAcl);
    const [from, to] = [0, 65535];
    const all = "0.0.0.0/0";
    const allow = { Protocol: "6", RuleAction: "allow" };
    const last = { RuleNumber: 32767, Protocol: "-1", RuleAction: "deny", CidrBlock: all };
    expect(NetworkAcls).toEqual([
      {
        NetworkAclId: "acl-data",
        VpcId: "vpc-main",
        OwnerId: accountId,
        IsDefault: false,
        Associations: [
          { NetworkAclAssociationId: "aclassoc-data", NetworkAclId: "acl-data", SubnetId: "subnet-data" },
        ],
        Entries: [
          { ...allow, RuleNumber: 100, Egress: true, CidrBlock: all, PortRange: { From: from, To: to } },
          { ...last, Egress: true },
          { ...allow, RuleNumber: 100, Egress: false, CidrBlock: all, PortRange: { From: 22, To: 22 } },
          {
            ...allow,
            RuleNumber: 200,
            Egress: false,
            CidrBlock: "10.0.2.0/24",
            PortRange: { From: 8080, To: 8080 },
          },
          { ...allow, RuleNumber: 300, Egress: false, CidrBlock: all, PortRange: { From: 5000, To: 5000 } },
          { ...last, Egress: false },
        ],
        Tags: [
          { Key: "Name", Value: "data" },
          { Key: "Project", Value: "elastic-fleet" },
        ],
      },
    ]);
  });

  test("returns empty lists, not missing ones", async () => {
    const { describeAcls, vpc } = await setUp();
    vpc.networkAcls.set("acl-new", {
      id: "acl-new",
      vpcId: "vpc-main",
      isDefault: false,
      entries: [],
      tags: {},
    });
    const { NetworkAcls } = await describeAcls({ NetworkAclIds: ["acl-new"] });
    expect(NetworkAcls).toMatchObject([{ Associations: [], Tags: [] }]);
    await expect(
      describeAcls({ Filters: [{ Name: "vpc-id", Values: ["vpc-none"] }] }),
    ).resolves.toMatchObject({
      NetworkAcls: [],
    });
  });

  test("preserves markup and line breaks in tags", async () => {
    const { describeAcls, vpc } = await setUp();
    const tags = { "<a href='x'>": '& "quoted"', lines: "one\ntwo", umlaut: "\u00fc" };
    vpc.networkAcls.set("acl-new", { id: "acl-new", vpcId: "vpc-main", isDefault: false, entries: [], tags });
    const { NetworkAcls } = await describeAcls({ NetworkAclIds: ["acl-new"] });
    expect(NetworkAcls?.[0]?.Tags).toEqual(Object.entries(tags).map(([Key, Value]) => ({ Key, Value })));
  });

  test.each<[string, DescribeNetworkAclsCommandInput, string[]]>([
    ["everything", {}, ["acl-default", "acl-data"]],
    ["several by id", { NetworkAclIds: ["acl-data", "acl-default"] }, ["acl-default", "acl-data"]],
    ["by a filter", { Filters: [{ Name: "association.subnet-id", Values: ["subnet-data"] }] }, ["acl-data"]],
    [
      "by one of a filter's values",
      { Filters: [{ Name: "default", Values: ["nonsense", "true"] }] },
      ["acl-default"],
    ],
    [
      "by all of several filters",
      {
        Filters: [
          { Name: "vpc-id", Values: ["vpc-*"] },
          { Name: "tag:Name", Values: ["data"] },
        ],
      },
      ["acl-data"],
    ],
    [
      "by id and filter",
      { NetworkAclIds: ["acl-data"], Filters: [{ Name: "default", Values: ["true"] }] },
      [],
    ],
  ])("finds %s", async (_name, input, ids) => {
    const { describeAcls } = await setUp();
    const { NetworkAcls } = await describeAcls(input);
    expect(NetworkAcls?.map(({ NetworkAclId }) => NetworkAclId)).toEqual(ids);
  });
});

describe("rejects", () => {
  test.each<[string, DescribeNetworkAclsCommandInput, object]>([
    [
      "an unknown id",
      { NetworkAclIds: ["acl-0123"] },
      { name: "InvalidNetworkAclID.NotFound", message: "The networkAcl ID 'acl-0123' does not exist" },
    ],
    [
      "an unknown filter",
      { Filters: [{ Name: "colour", Values: ["red"] }] },
      { name: "InvalidParameterValue", message: "The filter 'colour' is invalid" },
    ],
    [
      "a page size below EC2's minimum",
      { MaxResults: 4 },
      {
        name: "InvalidParameterValue",
        message: "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.",
      },
    ],
  ])("%s", async (_name, input, error) => {
    const { describeAcls } = await setUp();
    await expect(describeAcls(input)).rejects.toMatchObject({ ...error, $metadata: { httpStatusCode: 400 } });
  });

  test("an unsupported action", async () => {
    const { clientOf } = await setUp();
    await expect(clientOf().describeFleets({})).rejects.toMatchObject({
      name: "UnsupportedOperation",
      message: expect.stringContaining("does not support the action DescribeFleets") as string,
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("a signature for another service", async () => {
    const { endpoint, credentials } = await setUp();
    const client = new STS({ endpoint, region: "us-east-1", maxAttempts: 1, credentials });
    onCleanUp(() => {
      client.destroy();
    });
    await expect(client.getCallerIdentity({})).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("an oversized body", async () => {
    const { describeAcls } = await setUp();
    const Values = [...Array(1000).keys()].map(number => `${number}-${"x".repeat(100)}`);
    await expect(describeAcls({ Filters: [{ Name: "vpc-id", Values }] })).rejects.toMatchObject({
      name: "RequestEntityTooLarge",
      $metadata: { httpStatusCode: 413 },
    });
  });

  test("after an internal failure, reporting the cause but not revealing it", async () => {
    const { describeAcls, vpc, events } = await setUp();
    vpc.networkAcls.values = () => {
      throw new Error("a secret cause");
    };
    await expect(describeAcls(dataAcl)).rejects.toMatchObject({
      name: "InternalError",
      message: "An internal error has occurred",
      $metadata: { httpStatusCode: 500 },
    });
    expect(events).toEqual([expect.stringContaining("a secret cause")]);
  });

  test("another action, allowed or not by the role's policies", async () => {
    const { clientOf, allowed } = await setUp();
    await expect(clientOf().describeInternetGateways({})).rejects.toMatchObject({
      name: "UnauthorizedOperation",
    });
    allowed.add("receiver ec2:DescribeInternetGateways");
    const { InternetGateways } = await clientOf().describeInternetGateways({});
    expect(InternetGateways).toMatchObject([{ InternetGatewayId: "igw-main" }]);
  });

  test("an action that no policy of the role allows", async () => {
    const { describeAcls, allowed } = await setUp();
    allowed.clear();
    await expect(describeAcls(dataAcl)).rejects.toMatchObject({
      name: "UnauthorizedOperation",
      message:
        `You are not authorized to perform this operation. User: arn:aws:sts::${accountId}:assumed-role/receiver/i-0123 ` +
        "is not authorized to perform: ec2:DescribeNetworkAcls because no identity-based policy allows the " +
        "ec2:DescribeNetworkAcls action",
      $metadata: { httpStatusCode: 403 },
    });
  });

  const other = createHash("sha256").update("another").digest("base64");
  test.each([
    ["an access key that was never issued", { accessKeyId: "ASIA0000000000000000" }, "AuthFailure", 401],
    ["no session token", { sessionToken: undefined }, "AuthFailure", 401],
    ["another session token", { sessionToken: other }, "AuthFailure", 401],
    ["another secret", { secretAccessKey: other }, "SignatureDoesNotMatch", 403],
  ])("%s", async (_name, wrong, name, httpStatusCode) => {
    const { describeAcls, credentials } = await setUp();
    await expect(describeAcls(dataAcl, { credentials: { ...credentials, ...wrong } })).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    });
  });

  test("expired credentials", async () => {
    const { describeAcls, credentials } = await setUp();
    const expired = { ...credentials, expiration: undefined };
    credentials.expiration = new Date();
    await expect(describeAcls(dataAcl, { credentials: expired })).rejects.toMatchObject({
      name: "RequestExpired",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each([-16, 16])("a signature dated %i minutes from now", async minutes => {
    const { describeAcls } = await setUp();
    await expect(describeAcls(dataAcl, { systemClockOffset: minutes * 60_000 })).rejects.toMatchObject({
      name: "RequestExpired",
    });
    await expect(
      describeAcls(dataAcl, { systemClockOffset: (minutes * 60_000 * 14) / 16 }),
    ).resolves.toBeDefined();
  });
});
