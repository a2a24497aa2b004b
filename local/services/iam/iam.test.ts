/** Roles and instance profiles through the API, and what becomes of hosts' calls. */
import type { IAM } from "@aws-sdk/client-iam";
import { openRegion } from "../../../testing/sample-resources";
import type { Region } from "../../region";

const Version = "2012-10-17";
const trustOf = (Service: string) =>
  JSON.stringify({
    Version,
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  });
const AssumeRolePolicyDocument = trustOf("ec2.amazonaws.com");
const allow = (Action: string) =>
  JSON.stringify({ Version, Statement: { Effect: "Allow", Action, Resource: "*" } });
const PolicyArn = "arn:aws:iam::aws:policy/AmazonVPCFullAccess";
const [role, profile] = [{ RoleName: "receiver" }, { InstanceProfileName: "receiver-profile" }];
const describeAcls = "ec2:DescribeNetworkAcls";

let region: Region;
let iam: Region["calls"]["iam"];
beforeEach(async () => {
  ({ region } = await openRegion());
  ({ iam } = region.calls);
});

const createRole = (input: Partial<Parameters<IAM["createRole"]>[0]> = {}) =>
  iam.CreateRole({ ...role, AssumeRolePolicyDocument, ...input });

describe("a role", () => {
  test("is described as it was created, in an account without a region", async () => {
    const Tags = [{ Key: "Name", Value: "x" }];
    const { Role } = await createRole({ Path: "/fleet/", Description: "why", Tags });
    expect(Role).toEqual({
      Path: "/fleet/",
      RoleName: "receiver",
      RoleId: expect.stringMatching(/^AROA[0-9A-F]{17}$/) as string,
      Arn: "arn:aws:iam::123456789012:role/fleet/receiver",
      CreateDate: expect.any(Date) as Date,
      AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22%3A%222012-10-17%22/) as string,
      Description: "why",
      MaxSessionDuration: 3600,
      Tags,
    });
    expect(await iam.GetRole(role)).toEqual({ Role });
    expect(await iam.ListRoles({})).toEqual({ Roles: [{ ...Role, Tags: undefined }], IsTruncated: false });
    await iam.DeleteRole(role);
    expect(await iam.ListRoles({})).toEqual({ Roles: [], IsTruncated: false });
  });

  test("changes in place, each change by its own action", async () => {
    await createRole({ Description: "old", MaxSessionDuration: 7200, Tags: [{ Key: "a", Value: "1" }] });
    await iam.UpdateRole({ ...role, Description: "new" });
    await iam.UpdateAssumeRolePolicy({ ...role, PolicyDocument: trustOf("lambda.amazonaws.com") });
    await iam.TagRole({
      ...role,
      Tags: [
        { Key: "A", Value: "2" },
        { Key: "b", Value: "3" },
      ],
    });
    const { Role } = await iam.GetRole(role);
    expect(Role).toMatchObject({
      Description: "new",
      MaxSessionDuration: 3600,
      Tags: [
        { Key: "A", Value: "2" },
        { Key: "b", Value: "3" },
      ],
    });
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument ?? "")).toBe(trustOf("lambda.amazonaws.com"));
    await iam.UntagRole({ ...role, TagKeys: ["a"] });
    expect(await iam.ListRoleTags(role)).toEqual({ Tags: [{ Key: "b", Value: "3" }], IsTruncated: false });
    expect(await iam.UpdateRoleDescription({ ...role, Description: "" })).toMatchObject({
      Role: { Description: "" },
    });
  });

  test("is listed by name, by path, and in pages", async () => {
    for (const RoleName of ["c", "a", "b"]) await createRole({ RoleName });
    await createRole({ RoleName: "d", Path: "/fleet/" });
    const names = async (input: object) => {
      const { Roles, IsTruncated, Marker } = await iam.ListRoles(input);
      return { names: Roles.map(({ RoleName }) => RoleName), IsTruncated, Marker };
    };
    expect((await names({})).names).toEqual(["a", "b", "c", "d"]);
    expect((await names({ PathPrefix: "/fleet" })).names).toEqual(["d"]);
    const first = await names({ MaxItems: 3 });
    expect(first).toMatchObject({ names: ["a", "b", "c"], IsTruncated: true });
    expect(await names({ MaxItems: 3, Marker: first.Marker })).toEqual({ names: ["d"], IsTruncated: false });
  });

  test("has inline and managed policies", async () => {
    await createRole();
    const PolicyDocument = allow("ec2:Describe*");
    await iam.PutRolePolicy({ ...role, PolicyName: "one", PolicyDocument });
    await iam.AttachRolePolicy({ ...role, PolicyArn });
    expect(await iam.ListRolePolicies(role)).toEqual({ PolicyNames: ["one"], IsTruncated: false });
    const { PolicyDocument: encoded } = await iam.GetRolePolicy({ ...role, PolicyName: "one" });
    expect(encoded).toMatch(/ec2%3ADescribe%2A/);
    expect(decodeURIComponent(encoded)).toBe(PolicyDocument);
    expect(await iam.ListAttachedRolePolicies(role)).toEqual({
      AttachedPolicies: [{ PolicyName: "AmazonVPCFullAccess", PolicyArn }],
      IsTruncated: false,
    });
    await iam.DeleteRolePolicy({ ...role, PolicyName: "one" });
    await iam.DetachRolePolicy({ ...role, PolicyArn });
    expect(await iam.ListRolePolicies(role)).toMatchObject({ PolicyNames: [] });
    expect(await iam.ListAttachedRolePolicies(role)).toMatchObject({ AttachedPolicies: [] });
    await expect(iam.DetachRolePolicy({ ...role, PolicyArn })).rejects.toThrow(
      `Policy ${PolicyArn} was not found.`,
    );
  });
});

test("an instance profile has one role at most, and is found by it", async () => {
  await createRole();
  const { InstanceProfile } = await iam.CreateInstanceProfile({
    ...profile,
    Tags: [{ Key: "a", Value: "1" }],
  });
  expect(InstanceProfile).toEqual({
    Path: "/",
    InstanceProfileName: "receiver-profile",
    InstanceProfileId: expect.stringMatching(/^AIPA[0-9A-F]{17}$/) as string,
    Arn: "arn:aws:iam::123456789012:instance-profile/receiver-profile",
    CreateDate: expect.any(Date) as Date,
    Roles: [],
    Tags: [{ Key: "a", Value: "1" }],
  });
  await iam.AddRoleToInstanceProfile({ ...profile, ...role });
  expect(await iam.GetInstanceProfile(profile)).toMatchObject({
    InstanceProfile: { Roles: [{ RoleName: "receiver", Arn: "arn:aws:iam::123456789012:role/receiver" }] },
  });
  const listed = { InstanceProfiles: [{ InstanceProfileName: "receiver-profile" }], IsTruncated: false };
  expect(await iam.ListInstanceProfilesForRole(role)).toMatchObject(listed);
  expect(await iam.ListInstanceProfiles({})).toMatchObject(listed);
  await iam.TagInstanceProfile({ ...profile, Tags: [{ Key: "b", Value: "2" }] });
  await iam.UntagInstanceProfile({ ...profile, TagKeys: ["a"] });
  expect(await iam.ListInstanceProfileTags(profile)).toMatchObject({ Tags: [{ Key: "b", Value: "2" }] });
  await iam.RemoveRoleFromInstanceProfile({ ...profile, ...role });
  expect(await iam.ListInstanceProfilesForRole(role)).toMatchObject({ InstanceProfiles: [] });
  await iam.DeleteInstanceProfile(profile);
  expect(await iam.ListInstanceProfiles({})).toMatchObject({ InstanceProfiles: [] });
});

test("managed policies are AWS's, with their documents", async () => {
  await createRole();
  await iam.AttachRolePolicy({ ...role, PolicyArn });
  const { Policy } = await iam.GetPolicy({ PolicyArn });
  expect(Policy).toMatchObject({ PolicyName: "AmazonVPCFullAccess", AttachmentCount: 1, IsAttachable: true });
  const { PolicyVersion } = await iam.GetPolicyVersion({ PolicyArn, VersionId: Policy.DefaultVersionId });
  expect(decodeURIComponent(PolicyVersion.Document)).toContain('"ec2:DescribeNetworkAcls"');
  const { Policies } = await iam.ListPolicies({ OnlyAttached: true });
  expect(Policies.map(({ Arn }) => Arn)).toEqual([PolicyArn]);
  expect(await iam.ListPolicies({ Scope: "Local" })).toEqual({ Policies: [], IsTruncated: false });
});

test("the account's user is who GetCallerIdentity names, and it has no alias", async () => {
  const { User } = await iam.GetUser({});
  expect(User).toMatchObject({ UserName: "operator", Arn: "arn:aws:iam::123456789012:user/operator" });
  expect(await iam.ListAccountAliases({})).toEqual({ AccountAliases: [], IsTruncated: false });
});

describe("a host", () => {
  const allows = () => region.iam.allows("receiver", describeAcls);

  test("may do what any policy of its role allows, inline or managed, from the moment it has it", async () => {
    expect(allows()).toBe(false); // there is no such role
    await createRole();
    expect(allows()).toBe(false);
    await iam.PutRolePolicy({ ...role, PolicyName: "one", PolicyDocument: allow(describeAcls) });
    expect(allows()).toBe(true);
    await iam.DeleteRolePolicy({ ...role, PolicyName: "one" });
    expect(allows()).toBe(false);
    for (const [name, expected] of Object.entries({
      AdministratorAccess: true,
      AmazonEC2FullAccess: true,
      AmazonEC2ReadOnlyAccess: true,
      AmazonSSMManagedInstanceCore: false,
      AmazonVPCFullAccess: true,
      AmazonVPCReadOnlyAccess: true,
      CloudWatchAgentServerPolicy: false,
    })) {
      const attached = { ...role, PolicyArn: `arn:aws:iam::aws:policy/${name}` };
      await iam.AttachRolePolicy(attached);
      expect([name, allows()]).toEqual([name, expected]);
      await iam.DetachRolePolicy(attached);
    }
    expect(allows()).toBe(false);
  });

  test("has credentials only while EC2 may assume its role", async () => {
    const credentials = () => region.iam.credentialsFor("i-1", "receiver");
    const refused = {
      code: "AssumeRoleUnauthorizedAccess",
      message: expect.stringContaining("EC2 cannot assume the role receiver.") as string,
    };
    expect(credentials()).toEqual(refused);
    await createRole();
    expect(credentials()).toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/) as string });
    await iam.UpdateAssumeRolePolicy({ ...role, PolicyDocument: trustOf("lambda.amazonaws.com") });
    expect(credentials()).toEqual(refused);
    const Statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: "*" };
    const Condition = { StringEquals: { "aws:SourceAccount": "123456789012" } };
    const conditional = JSON.stringify({ Version, Statement: { ...Statement, Condition } });
    await iam.UpdateAssumeRolePolicy({ ...role, PolicyDocument: conditional });
    expect(credentials()).toMatchObject({
      message: expect.stringContaining("does not evaluate the conditions of its trust policy") as string,
    });
  });
});
