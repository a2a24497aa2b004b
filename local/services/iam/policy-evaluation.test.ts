import { identityPolicy, trustPolicy, type PolicyDocument } from "./policy-documents";
import { evaluatePolicies, evaluateTrust, type Verdict } from "./policy-evaluation";

const document = (Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const policy = (...statements: object[]): PolicyDocument => identityPolicy(document(statements));

const describeAcls = "ec2:DescribeNetworkAcls";
const allow = (Action: string | string[], Resource: string | string[] = "*") => ({
  Effect: "Allow",
  Action,
  Resource,
});
const deny = (Action: string, Resource = "*") => ({ Effect: "Deny", Action, Resource });
const Condition = { Bool: { "aws:SecureTransport": "true" } };

describe("evaluatePolicies", () => {
  test.each<[string, PolicyDocument[], Verdict]>([
    ["no policy", [], "denied"],
    ["the action", [policy(allow(describeAcls))], "allowed"],
    ["the action, in another case", [policy(allow("EC2:describenetworkACLS"))], "allowed"],
    ["one of several actions", [policy(allow(["ec2:RunInstances", describeAcls]))], "allowed"],
    ["another action", [policy(allow("ec2:DescribeSubnets"))], "denied"],
    ["a prefix of the action", [policy(allow("ec2:Describe"))], "denied"],
    ["*", [policy(allow("*"))], "allowed"],
    ["a pattern with *", [policy(allow("ec2:Describe*"))], "allowed"],
    ["a pattern with ?", [policy(allow("ec2:DescribeNetworkAcl?"))], "allowed"],
    ["a pattern with one ? too many", [policy(allow("ec2:DescribeNetworkAcls?"))], "denied"],
    ["a dot, which isn't a wildcard", [policy(allow("ec2:Describe.etworkAcls"))], "denied"],
    ["regular expression syntax", [policy(allow("ec2:(Describe.*"))], "denied"],
    ["every action but another", [policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })], "allowed"],
    ["every action but this", [policy({ Effect: "Allow", NotAction: "ec2:*", Resource: "*" })], "denied"],
    ["one resource only", [policy(allow(describeAcls, "arn:aws:ec2:*:*:network-acl/acl-1"))], "denied"],
    ["* among several resources", [policy(allow(describeAcls, ["arn:aws:ec2:x", "*"]))], "allowed"],
    [
      "every resource but one",
      [policy({ Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::x" })],
      "allowed",
    ],
    ["an allow after another statement", [policy(allow("s3:*"), allow(describeAcls))], "allowed"],
    ["an allow in another policy", [policy(allow("s3:*")), policy(allow(describeAcls))], "allowed"],
    ["a deny", [policy(allow("*"), deny(describeAcls))], "denied"],
    ["a deny in an earlier policy", [policy(deny("ec2:*")), policy(allow("*"))], "denied"],
    ["a deny of something else", [policy(allow("*"), deny("ec2:RunInstances"))], "allowed"],
    ["an allow on a condition", [policy({ ...allow("*"), Condition })], "conditional"],
    ["a deny on a condition", [policy(allow("*"), { ...deny("*"), Condition })], "conditional"],
    ["a deny on a condition of what isn't allowed", [policy({ ...deny("*"), Condition })], "denied"],
    ["a condition that doesn't decide", [policy(allow("*"), { ...allow("*"), Condition })], "allowed"],
    [
      "a deny, whatever the condition of an allow",
      [policy(deny("*"), { ...allow("*"), Condition })],
      "denied",
    ],
    ["a condition on something else", [policy({ ...allow("s3:*"), Condition })], "denied"],
    ["an empty condition", [policy({ ...allow("*"), Condition: {} })], "allowed"],
  ])("%s", (_name, policies, expected) => {
    expect(evaluatePolicies(policies, describeAcls)).toBe(expected);
  });
});

describe("evaluateTrust", () => {
  const assume = { Effect: "Allow", Action: "sts:AssumeRole" };
  const ec2 = { Service: "ec2.amazonaws.com" };
  test.each<[string, object[], Verdict]>([
    ["the service", [{ ...assume, Principal: ec2 }], "allowed"],
    [
      "one of several services",
      [{ ...assume, Principal: { Service: ["ecs.amazonaws.com", "ec2.amazonaws.com"] } }],
      "allowed",
    ],
    ["another service", [{ ...assume, Principal: { Service: "lambda.amazonaws.com" } }], "denied"],
    ["an account", [{ ...assume, Principal: { AWS: "123456789012" } }], "denied"],
    ["everyone", [{ ...assume, Principal: "*" }], "allowed"],
    ["everyone, in the longer form", [{ ...assume, Principal: { AWS: "*" } }], "allowed"],
    ["another way to assume it", [{ ...assume, Action: "sts:AssumeRoleWithSAML", Principal: ec2 }], "denied"],
    [
      "a deny",
      [
        { ...assume, Principal: "*" },
        { ...assume, Effect: "Deny", Principal: ec2 },
      ],
      "denied",
    ],
    [
      "a deny of all others",
      [
        { ...assume, Principal: "*" },
        { ...assume, Effect: "Deny", NotPrincipal: ec2 },
      ],
      "allowed",
    ],
    ["a condition", [{ ...assume, Principal: ec2, Condition }], "conditional"],
  ])("%s", (_name, statements, expected) => {
    expect(evaluateTrust(trustPolicy(document(statements)), "ec2.amazonaws.com")).toBe(expected);
  });
});
