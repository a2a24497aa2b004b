/** A call for each thing that IAM refuses: the compiler names a refusal that has none. */
import { openRegion } from "../../../testing/sample-resources";
import type { Region } from "../../region";
import { refusals } from "./refusals";

type IamCalls = Region["calls"]["iam"];

/** The calls that end in the refusal, and its code. */
type Case = [code: string, call: (iam: IamCalls, region: Region) => Promise<unknown>];

const Version = "2012-10-17";
const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
const AssumeRolePolicyDocument = JSON.stringify({ Version, Statement: trust });
const permissions = { Effect: "Allow", Action: "*", Resource: "*" };
const PolicyDocument = JSON.stringify({ Version, Statement: permissions });
const PolicyArn = "arn:aws:iam::aws:policy/AmazonVPCFullAccess";
const unknownPolicy = { PolicyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" };
const [role, profile] = [{ RoleName: "a" }, { InstanceProfileName: "a" }];
const createRole = (iam: IamCalls, input: object = {}) =>
  iam.CreateRole({ ...role, AssumeRolePolicyDocument, ...input });
const tagged = (iam: IamCalls, ...Tags: { Key: string; Value: string }[]) => createRole(iam, { Tags });

/** A role in an instance profile. */
async function roleInProfile(iam: IamCalls) {
  await createRole(iam);
  await iam.CreateInstanceProfile(profile);
  await iam.AddRoleToInstanceProfile({ ...profile, ...role });
}

const cases: Record<keyof typeof refusals, Case> = {
  roleNotFound: ["NoSuchEntity", iam => iam.GetRole(role)],
  rolePolicyNotFound: [
    "NoSuchEntity",
    async iam => {
      await createRole(iam);
      return iam.GetRolePolicy({ ...role, PolicyName: "b" });
    },
  ],
  instanceProfileNotFound: ["NoSuchEntity", iam => iam.GetInstanceProfile(profile)],
  userNotFound: ["NoSuchEntity", iam => iam.GetUser({ UserName: "a" })],
  policyNotFound: ["NoSuchEntity", iam => iam.GetPolicy(unknownPolicy)],
  policyNotAttachable: [
    "NoSuchEntity",
    async iam => {
      await createRole(iam);
      return iam.AttachRolePolicy({ ...role, ...unknownPolicy });
    },
  ],
  policyVersionNotFound: ["NoSuchEntity", iam => iam.GetPolicyVersion({ PolicyArn, VersionId: "v1" })],
  roleNotInInstanceProfile: [
    "NoSuchEntity",
    async iam => {
      await roleInProfile(iam);
      await createRole(iam, { RoleName: "b" });
      return iam.RemoveRoleFromInstanceProfile({ ...profile, RoleName: "b" });
    },
  ],
  roleExists: [
    "EntityAlreadyExists",
    async iam => {
      await createRole(iam);
      return createRole(iam, { RoleName: "A" });
    },
  ],
  instanceProfileExists: [
    "EntityAlreadyExists",
    async iam => {
      await iam.CreateInstanceProfile(profile);
      return iam.CreateInstanceProfile(profile);
    },
  ],
  roleHasInlinePolicies: [
    "DeleteConflict",
    async iam => {
      await createRole(iam);
      await iam.PutRolePolicy({ ...role, PolicyName: "b", PolicyDocument });
      return iam.DeleteRole(role);
    },
  ],
  roleHasAttachedPolicies: [
    "DeleteConflict",
    async iam => {
      await createRole(iam);
      await iam.AttachRolePolicy({ ...role, PolicyArn });
      return iam.DeleteRole(role);
    },
  ],
  roleInInstanceProfile: [
    "DeleteConflict",
    async iam => {
      await roleInProfile(iam);
      return iam.DeleteRole(role);
    },
  ],
  instanceProfileHasRole: [
    "DeleteConflict",
    async iam => {
      await roleInProfile(iam);
      return iam.DeleteInstanceProfile(profile);
    },
  ],
  secondRoleInInstanceProfile: [
    "LimitExceeded",
    async iam => {
      await roleInProfile(iam);
      await createRole(iam, { RoleName: "b" });
      return iam.AddRoleToInstanceProfile({ ...profile, RoleName: "b" });
    },
  ],
  tooManyTags: [
    "LimitExceeded",
    iam => tagged(iam, ...Array.from({ length: 51 }, (_, index) => ({ Key: `tag-${index}`, Value: "" }))),
  ],
  malformedPolicyDocument: [
    "MalformedPolicyDocument",
    async iam => {
      await createRole(iam);
      return iam.UpdateAssumeRolePolicy({ ...role, PolicyDocument: "{" });
    },
  ],
  invalidArn: [
    "InvalidInput",
    iam => iam.GetPolicy({ PolicyArn: "arn:aws:s3:::policy/AmazonVPCFullAccess" }),
  ],
  tagKeyTwice: ["InvalidInput", iam => tagged(iam, { Key: "a", Value: "" }, { Key: "A", Value: "" })],
  tagKeyReserved: ["InvalidInput", iam => tagged(iam, { Key: "aws:a", Value: "" })],
  invalidName: ["ValidationError", iam => createRole(iam, { RoleName: "a b" })],
  invalidPath: ["ValidationError", iam => createRole(iam, { Path: "/a" })],
  unknownScope: ["ValidationError", iam => iam.ListPolicies({ Scope: "Mine" as "Local" })],
  invalidMarker: ["ValidationError", iam => iam.ListRoles({ Marker: "x" })],
  conditionsNotEvaluated: [
    "UnsupportedOperation",
    async (iam, region) => {
      await createRole(iam);
      const Statement = { ...permissions, Condition: { Bool: { "aws:SecureTransport": "true" } } };
      const conditional = JSON.stringify({ Version, Statement });
      await iam.PutRolePolicy({ ...role, PolicyName: "b", PolicyDocument: conditional });
      return region.iam.allows("a", "ec2:DescribeNetworkAcls");
    },
  ],
};

test.each(Object.entries(cases))("%s", async (_name, [code, call]) => {
  const { region } = await openRegion();
  await expect(call(region.calls.iam, region)).rejects.toMatchObject({ code });
});

describe("lengths and ranges", () => {
  const a = (length: number) => "a".repeat(length);
  test.each<[what: string, input: object, constraint: string]>([
    [
      "a role's name",
      { RoleName: a(65) },
      "'roleName' failed to satisfy constraint: Member must have length less",
    ],
    [
      "an empty name",
      { RoleName: "" },
      "'roleName' failed to satisfy constraint: Member must have length greater",
    ],
    ["a path", { Path: `/${a(511)}/` }, "'path' failed to satisfy constraint: Member must have length less"],
    [
      "a description",
      { Description: a(1001) },
      "'description' failed to satisfy constraint: Member must have length",
    ],
    ["a duration", { MaxSessionDuration: 3599 }, "must have value greater than or equal to 3600"],
    ["a longer duration", { MaxSessionDuration: 43_201 }, "must have value less than or equal to 43200"],
    [
      "a tag's key",
      { Tags: [{ Key: a(129), Value: "" }] },
      "'tags.1.member.key' failed to satisfy constraint",
    ],
    ["an empty key", { Tags: [{ Key: "", Value: "" }] }, "'tags.1.member.key' failed to satisfy constraint"],
    [
      "a tag's value",
      { Tags: [{ Key: "a", Value: a(257) }] },
      "'tags.1.member.value' failed to satisfy constraint",
    ],
    ["a tag's characters", { Tags: [{ Key: "a!", Value: "" }] }, "must satisfy regular expression pattern"],
  ])("%s out of range is refused", async (_what, input, constraint) => {
    const { region } = await openRegion();
    await expect(createRole(region.calls.iam, input)).rejects.toMatchObject({
      code: "ValidationError",
      message: expect.stringContaining(constraint) as string,
    });
    expect(region.iam.roles.size).toBe(0);
  });
});

test("an AWS managed policy that the region doesn't know is refused as the region's lack", async () => {
  const { region } = await openRegion();
  await expect(region.calls.iam.GetPolicy(unknownPolicy)).rejects.toThrow(
    /AmazonS3FullAccess was not found\. Of the AWS managed policies, the local region knows .*AmazonVPCFullAccess/,
  );
  const own = { PolicyArn: "arn:aws:iam::123456789012:policy/own" };
  await expect(region.calls.iam.GetPolicy(own)).rejects.toThrow(/policy\/own was not found\.$/);
});
