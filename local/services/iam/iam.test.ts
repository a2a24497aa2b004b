import { Iam, isAllowed, policySchema, type Policy } from "./iam";

function policy(...Statement: object[]): Policy {
  return policySchema.parse({ Version: "2012-10-17", Statement });
}

const describeAcls = "ec2:DescribeNetworkAcls";
const allow = (Action: string | string[], Resource: string | string[] = "*") => ({
  Effect: "Allow",
  Action,
  Resource,
});
const deny = (Action: string, Resource = "*") => ({ Effect: "Deny", Action, Resource });

describe("isAllowed", () => {
  test.each<[string, Policy[], boolean]>([
    ["no policy", [], false],
    ["the action", [policy(allow(describeAcls))], true],
    ["the action, in another case", [policy(allow("EC2:describenetworkACLS"))], true],
    ["one of several actions", [policy(allow(["ec2:RunInstances", describeAcls]))], true],
    ["another action", [policy(allow("ec2:DescribeSubnets"))], false],
    ["a prefix of the action", [policy(allow("ec2:Describe"))], false],
    ["*", [policy(allow("*"))], true],
    ["a pattern with *", [policy(allow("ec2:Describe*"))], true],
    ["a pattern with ?", [policy(allow("ec2:DescribeNetworkAcl?"))], true],
    ["a pattern with one ? too many", [policy(allow("ec2:DescribeNetworkAcls?"))], false],
    ["a dot, which isn't a wildcard", [policy(allow("ec2.DescribeNetworkAcls"))], false],
    ["regular expression syntax", [policy(allow("ec2:(Describe.*"))], false],
    ["one resource only", [policy(allow(describeAcls, "arn:aws:ec2:*:*:network-acl/acl-1"))], false],
    ["* among several resources", [policy(allow(describeAcls, ["arn:aws:ec2:x", "*"]))], true],
    ["an allow after another statement", [policy(allow("s3:*"), allow(describeAcls))], true],
    ["an allow in another policy", [policy(allow("s3:*")), policy(allow(describeAcls))], true],
    ["a deny", [policy(allow("*"), deny(describeAcls))], false],
    ["a deny in an earlier policy", [policy(deny("ec2:*")), policy(allow("*"))], false],
    ["a deny of something else", [policy(allow("*"), deny("ec2:RunInstances"))], true],
  ])("%s", (_name, policies, expected) => {
    expect(isAllowed(policies, describeAcls)).toBe(expected);
  });
});

describe("policySchema", () => {
  test("a single statement, action or resource is a list of one", () => {
    const Statement = { Sid: "One", ...allow(describeAcls) };
    expect(policySchema.parse({ Version: "2012-10-17", Statement })).toEqual({
      Version: "2012-10-17",
      Statement: [{ Sid: "One", Effect: "Allow", Action: [describeAcls], Resource: ["*"] }],
    });
  });

  test.each([
    ["a condition", { ...allow("*"), Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["NotAction", { Effect: "Allow", NotAction: "iam:*", Resource: "*" }],
    ["NotResource", { Effect: "Allow", Action: "*", NotResource: "x" }],
    ["an unknown effect", { ...allow("*"), Effect: "allow" }],
    ["no resource", { Effect: "Allow", Action: "*" }],
  ])("%s is rejected, not ignored", (_name, Statement) => {
    expect(policySchema.safeParse({ Version: "2012-10-17", Statement }).success).toBe(false);
    expect(policySchema.safeParse({ Version: "2012-10-17", Statement: [Statement] }).success).toBe(false);
  });

  test("the older version, whose rules differ, is rejected", () => {
    expect(policySchema.safeParse({ Version: "2008-10-17", Statement: allow("*") }).success).toBe(false);
  });
});

describe("a host's credentials", () => {
  test("have AWS's format and last six hours", () => {
    const before = Date.now();
    const credentials = new Iam().credentialsFor("i-1", "receiver");
    expect(credentials.accessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/);
    expect(credentials.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(credentials.sessionToken.length).toBeGreaterThan(100);
    expect(credentials.expiration.getTime() - credentials.lastUpdated.getTime()).toBe(6 * 3600_000);
    expect(credentials.lastUpdated.getTime()).toBeGreaterThanOrEqual(before);
  });

  test("stay the same until five minutes before they expire, and remain valid until then", () => {
    const iam = new Iam();
    const first = iam.credentialsFor("i-1", "receiver");
    expect(iam.credentialsFor("i-1", "receiver")).toBe(first);
    first.expiration = new Date(Date.now() + 301_000);
    expect(iam.credentialsFor("i-1", "receiver")).toBe(first);

    first.expiration = new Date(Date.now() + 299_000);
    const second = iam.credentialsFor("i-1", "receiver");
    expect(second.accessKeyId).not.toBe(first.accessKeyId);
    expect(iam.credentialsFor("i-1", "receiver")).toBe(second);
    expect(iam.session(first.accessKeyId)).toBe(first);
  });

  test("are forgotten when their host terminates, or long after they expire", () => {
    const iam = new Iam();
    const first = iam.credentialsFor("i-1", "receiver");
    const other = iam.credentialsFor("i-2", "receiver");
    first.expiration = new Date(Date.now() - 5 * 3600_000);
    const second = iam.credentialsFor("i-1", "receiver");
    expect(iam.session(first.accessKeyId)).toBe(first);
    first.expiration = new Date(Date.now() - 7 * 3600_000);
    iam.credentialsFor("i-1", "receiver");
    expect(iam.session(first.accessKeyId)).toBeUndefined();
    iam.endSessions("i-1");
    expect(iam.session(second.accessKeyId)).toBeUndefined();
    expect(iam.session(other.accessKeyId)).toBe(other);
  });

  test("differ by host and by role, and identify both", () => {
    const iam = new Iam();
    const all = [
      iam.credentialsFor("i-1", "receiver"),
      iam.credentialsFor("i-2", "receiver"),
      iam.credentialsFor("i-1", "other"),
    ];
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId)).size).toBe(3);
    expect(new Set(all.map(({ secretAccessKey }) => secretAccessKey)).size).toBe(3);
    expect(iam.session(all[1]?.accessKeyId ?? "")).toMatchObject({ instanceId: "i-2", roleName: "receiver" });
    expect(iam.session("ASIA0000000000000000")).toBeUndefined();
  });
});

test("a role may do what any of its policies allows; an unknown role may do nothing", () => {
  const iam = new Iam();
  const policies = new Map([
    ["a", policy(allow("s3:*"))],
    ["b", policy(allow(describeAcls))],
  ]);
  iam.roles.set("receiver", { name: "receiver", arn: "", id: "", policies });
  expect(iam.allows("receiver", describeAcls)).toBe(true);
  expect(iam.allows("nobody", describeAcls)).toBe(false);
  policies.delete("b");
  expect(iam.allows("receiver", describeAcls)).toBe(false);
});
