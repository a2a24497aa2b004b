import { identityPolicy, trustPolicy } from "./policy-documents";

const allow = { Effect: "Allow", Action: "ec2:*", Resource: "*" };
const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
const document = (Statement: unknown) => JSON.stringify({ Version: "2012-10-17", Statement });

test("a single statement, action or resource is a list of one; the text stays as it is", () => {
  const text = ` ${document({ Sid: "One", ...allow })}\n`;
  expect(identityPolicy(text)).toEqual({
    text,
    statements: [{ Sid: "One", Effect: "Allow", Action: ["ec2:*"], Resource: ["*"] }],
  });
});

test.each([
  ["a condition", document({ ...allow, Condition: { Bool: { "aws:SecureTransport": "true" } } })],
  ["what is left out", document({ Effect: "Allow", NotAction: "iam:*", NotResource: "arn:aws:s3:::x" })],
  ["the older version", JSON.stringify({ Version: "2008-10-17", Statement: allow })],
  ["no version", JSON.stringify({ Id: "x", Statement: [allow] })],
])("a document with %s is taken", (_what, text) => {
  expect(identityPolicy(text).statements).toHaveLength(1);
});

/** The message of the refusal; undefined if the document is taken. */
function refusalOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: "MalformedPolicyDocument" });
    return (error as Error).message;
  }
}

const syntax = "Syntax errors in policy.";
const without = (statement: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(statement).filter(([name]) => !names.includes(name)));

test.each([
  ["no JSON", "{", syntax],
  ["no object", "[]", syntax],
  ["no statement", JSON.stringify({ Version: "2012-10-17" }), syntax],
  ["an empty list of statements", document([]), syntax],
  ["an unknown version", JSON.stringify({ Version: "2012-10-18", Statement: allow }), syntax],
  ["an unknown element", document({ ...allow, Colour: "red" }), syntax],
  ["an unknown effect", document({ ...allow, Effect: "allow" }), syntax],
  ["an action both ways", document({ ...allow, NotAction: "iam:*" }), syntax],
  ["a condition that isn't one", document({ ...allow, Condition: "always" }), syntax],
  ["no action", document(without(allow, "Action")), "Policy statement must contain actions."],
  ["no resource", document(without(allow, "Resource")), "Policy statement must contain resources."],
  ["a principal", document({ ...allow, Principal: "*" }), "Policy document should not specify a principal."],
  [
    "a resource that isn't an ARN",
    document({ ...allow, Resource: "acl-1" }),
    'Resource acl-1 must be in ARN format or "*".',
  ],
  [
    "an action without a service",
    document({ ...allow, Action: "DescribeNetworkAcls" }),
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
  ],
  [
    "one id twice",
    document([
      { ...allow, Sid: "One" },
      { ...allow, Sid: "One" },
    ]),
    "Statement IDs (SID) in a single policy must be unique.",
  ],
  [
    "an id with a dash",
    document({ ...allow, Sid: "a-b" }),
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
  ],
])("IAM refuses a policy with %s", (_what, text, message) => {
  expect(refusalOf(() => identityPolicy(text))).toBe(message);
});

test.each([
  ["no JSON", "{", "This policy contains invalid Json"],
  ["a resource", document({ ...trust, Resource: "*" }), "Has prohibited field Resource"],
  ["no principal", document(without(trust, "Principal")), "Missing required field Principal"],
  [
    "another action",
    document({ ...trust, Action: "ec2:RunInstances" }),
    "AssumeRole policy may only specify STS AssumeRole actions.",
  ],
  [
    "a service that isn't one",
    document({ ...trust, Principal: { Service: "ec2" } }),
    'Invalid principal in policy: "SERVICE":"ec2"',
  ],
])("IAM refuses a trust policy with %s", (_what, text, message) => {
  expect(refusalOf(() => trustPolicy(text))).toBe(message);
});
