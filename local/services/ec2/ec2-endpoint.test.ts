import { createHash } from "node:crypto";
import { DescribeNetworkAclsCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { EC2ClientConfig, DescribeNetworkAclsCommandInput } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { listen, loopback } from "../../../testing/servers";
import { cleanUp, onCleanUp } from "../../../testing/clean-up";
import { accountId, declaredNetwork } from "../../../testing/declared-network";
import { createEc2Endpoint } from "./ec2-endpoint";
import { Iam, policySchema } from "../iam/iam";

afterEach(cleanUp);

const statement = { Effect: "Allow", Action: "ec2:DescribeNetworkAcls", Resource: "*" };

/** The API, and a receiver's credentials. */
async function setUp() {
  const vpc = declaredNetwork();
  const iam = new Iam();
  const events: string[] = [];
  const policies = new Map([["a", policySchema.parse({ Version: "2012-10-17", Statement: statement })]]);
  iam.roles.set("receiver", { name: "receiver", arn: "", id: "", policies });
  const credentials = iam.credentialsFor("i-0123", "receiver");
  const { port } = await listen(createEc2Endpoint(vpc, iam, event => events.push(event)));
  const endpoint = `http://${loopback}:${port}`;
  const clientOf = (options: EC2ClientConfig = {}) => {
    const client = new EC2Client({ endpoint, region: "us-east-1", maxAttempts: 1, credentials, ...options });
    onCleanUp(() => {
      client.destroy();
    });
    return client;
  };
  const ask = (input: DescribeNetworkAclsCommandInput, options?: EC2ClientConfig) =>
    clientOf(options).send(new DescribeNetworkAclsCommand(input));
  return { vpc, iam, events, policies, credentials, endpoint, clientOf, ask };
}

const dataAcl = { NetworkAclIds: ["acl-data"] };

describe("DescribeNetworkAcls, as AWS's own client reads it", () => {
  test("a network ACL with all that it has", async () => {
    const { ask } = await setUp();
    const { NetworkAcls } = await ask(dataAcl);
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
          { NetworkAclAssociationId: "aclassoc-0123", NetworkAclId: "acl-data", SubnetId: "subnet-data" },
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

  test("what is empty is an empty list, not a missing one", async () => {
    const { ask, vpc } = await setUp();
    vpc.networkAclAssociations.clear();
    vpc.networkAcls.set("acl-new", {
      id: "acl-new",
      vpcId: "vpc-main",
      isDefault: false,
      entries: [],
      tags: {},
    });
    const { NetworkAcls } = await ask({ NetworkAclIds: ["acl-new"] });
    expect(NetworkAcls).toMatchObject([{ Associations: [], Tags: [] }]);
    await expect(ask({ Filters: [{ Name: "vpc-id", Values: ["vpc-none"] }] })).resolves.toMatchObject({
      NetworkAcls: [],
    });
  });

  test("markup and line breaks in a tag survive", async () => {
    const { ask, vpc } = await setUp();
    const tags = { "<a href='x'>": '& "quoted"', lines: "one\ntwo", umlaut: "\u00fc" };
    vpc.networkAcls.set("acl-new", { id: "acl-new", vpcId: "vpc-main", isDefault: false, entries: [], tags });
    const { NetworkAcls } = await ask({ NetworkAclIds: ["acl-new"] });
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
    const { ask } = await setUp();
    const { NetworkAcls } = await ask(input);
    expect(NetworkAcls?.map(({ NetworkAclId }) => NetworkAclId)).toEqual(ids);
  });
});

describe("refusals", () => {
  test.each<[string, DescribeNetworkAclsCommandInput, object]>([
    [
      "an id that there is not",
      { NetworkAclIds: ["acl-0123"] },
      { name: "InvalidNetworkAclID.NotFound", message: "The networkAcl ID 'acl-0123' does not exist" },
    ],
    [
      "a filter that there is not",
      { Filters: [{ Name: "colour", Values: ["red"] }] },
      { name: "InvalidParameterValue", message: "The filter 'colour' is invalid" },
    ],
    [
      "pages smaller than EC2 has them",
      { MaxResults: 4 },
      {
        name: "InvalidParameterValue",
        message: "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.",
      },
    ],
  ])("%s", async (_name, input, error) => {
    const { ask } = await setUp();
    await expect(ask(input)).rejects.toMatchObject({ ...error, $metadata: { httpStatusCode: 400 } });
  });

  test("an action that the region does not know", async () => {
    const { clientOf } = await setUp();
    await expect(clientOf().send(new DescribeSubnetsCommand({}))).rejects.toMatchObject({
      name: "InvalidAction",
      message: "The action DescribeSubnets is not valid for this web service.",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("a signature for another service", async () => {
    const { endpoint, credentials } = await setUp();
    const client = new STSClient({ endpoint, region: "us-east-1", maxAttempts: 1, credentials });
    onCleanUp(() => {
      client.destroy();
    });
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("a body larger than any that makes sense", async () => {
    const { ask } = await setUp();
    const Values = [...Array(1000).keys()].map(number => `${number}-${"x".repeat(100)}`);
    await expect(ask({ Filters: [{ Name: "vpc-id", Values }] })).rejects.toMatchObject({
      name: "RequestEntityTooLarge",
      $metadata: { httpStatusCode: 413 },
    });
  });

  test("what is our own fault is reported, and not told", async () => {
    const { ask, vpc, events } = await setUp();
    vpc.networkAcls.values = () => {
      throw new Error("a secret cause");
    };
    await expect(ask(dataAcl)).rejects.toMatchObject({
      name: "InternalError",
      message: "An internal error has occurred",
      $metadata: { httpStatusCode: 500 },
    });
    expect(events).toEqual([expect.stringContaining("a secret cause")]);
  });

  test("what no policy of the role allows", async () => {
    const { ask, policies } = await setUp();
    policies.clear();
    await expect(ask(dataAcl)).rejects.toMatchObject({
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
    ["a key that nobody was given", { accessKeyId: "ASIA0000000000000000" }, "AuthFailure", 401],
    ["no session token", { sessionToken: undefined }, "AuthFailure", 401],
    ["another session token", { sessionToken: other }, "AuthFailure", 401],
    ["another secret", { secretAccessKey: other }, "SignatureDoesNotMatch", 403],
  ])("%s", async (_name, wrong, name, httpStatusCode) => {
    const { ask, credentials } = await setUp();
    await expect(ask(dataAcl, { credentials: { ...credentials, ...wrong } })).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    });
  });

  test("credentials that have expired", async () => {
    const { ask, credentials } = await setUp();
    const held = { ...credentials, expiration: undefined };
    credentials.expiration = new Date();
    await expect(ask(dataAcl, { credentials: held })).rejects.toMatchObject({
      name: "RequestExpired",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each([-16, 16])("a signature of %i minutes from now", async minutes => {
    const { ask } = await setUp();
    await expect(ask(dataAcl, { systemClockOffset: minutes * 60_000 })).rejects.toMatchObject({
      name: "RequestExpired",
    });
    await expect(ask(dataAcl, { systemClockOffset: (minutes * 60_000 * 14) / 16 })).resolves.toBeDefined();
  });
});
