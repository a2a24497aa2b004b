/** Security groups and their rules, as the API answers them. */
import { openRegion } from "../../../../testing/sample-resources";
import { accountId } from "../../../identifiers";

async function setUp() {
  const { region } = await openRegion();
  const { ec2 } = region.calls;
  const { GroupId } = await ec2.CreateSecurityGroup({
    GroupName: "uiuc-sg",
    Description: "by hand",
    TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "part", Value: "1" }] }],
  });
  const groupOf = async () => {
    const {
      SecurityGroups: [group],
    } = await ec2.DescribeSecurityGroups({ GroupNames: ["uiuc-sg"] });
    return group;
  };
  return { ec2, GroupId, groupOf };
}

const everywhere = "0.0.0.0/0";
const http = { IpProtocol: "tcp", FromPort: 80, ToPort: 80 };
const empty = { UserIdGroupPairs: [], IpRanges: [], Ipv6Ranges: [], PrefixListIds: [] };

test("a new group allows nothing in and everything out", async () => {
  const { GroupId, groupOf } = await setUp();
  expect(await groupOf()).toMatchObject({
    GroupId,
    GroupName: "uiuc-sg",
    Description: "by hand",
    IpPermissions: [],
    IpPermissionsEgress: [{ ...empty, IpProtocol: "-1", IpRanges: [{ CidrIp: everywhere }] }],
    Tags: [{ Key: "part", Value: "1" }],
  });
});

test("authorized rules are answered with ids, descriptions and tags", async () => {
  const { ec2, GroupId } = await setUp();
  const { SecurityGroupRules } = await ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [
      { ...http, IpRanges: [{ CidrIp: "10.0.0.1/8", Description: "inside" }, { CidrIp: everywhere }] },
      { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] },
    ],
    TagSpecifications: [{ ResourceType: "security-group-rule", Tags: [{ Key: "a", Value: "b" }] }],
  });
  const common = { GroupId, GroupOwnerId: accountId, IsEgress: false, Tags: [{ Key: "a", Value: "b" }] };
  expect(SecurityGroupRules).toMatchObject([
    { ...common, ...http, CidrIpv4: "10.0.0.0/8", Description: "inside" },
    { ...common, ...http, CidrIpv4: everywhere },
    {
      ...common,
      IpProtocol: "-1",
      FromPort: -1,
      ToPort: -1,
      ReferencedGroupInfo: { GroupId, UserId: accountId },
    },
  ]);
  const [first] = SecurityGroupRules;
  const { SecurityGroupRules: byId } = await ec2.DescribeSecurityGroupRules({
    SecurityGroupRuleIds: [first?.SecurityGroupRuleId ?? ""],
  });
  expect(byId).toEqual([first]);
  const { SecurityGroupRules: byTag } = await ec2.DescribeSecurityGroupRules({
    Filters: [
      { Name: "group-id", Values: [GroupId] },
      { Name: "tag:a", Values: ["b"] },
    ],
  });
  expect(byTag).toEqual(SecurityGroupRules);
});

test("the flat parameters of the CLI, and a group of the default VPC by name", async () => {
  const { ec2, groupOf } = await setUp();
  const request = { GroupName: "uiuc-sg", ...http, CidrIp: everywhere };
  await ec2.AuthorizeSecurityGroupIngress(request);
  expect((await groupOf())?.IpPermissions).toEqual([
    { ...empty, ...http, IpRanges: [{ CidrIp: everywhere, Description: undefined }] },
  ]);
  await ec2.RevokeSecurityGroupIngress(request);
  expect((await groupOf())?.IpPermissions).toEqual([]);
});

test.each([
  ["6", "tcp", 80],
  ["TCP", "tcp", 80],
  ["17", "udp", 80],
  ["1", "icmp", 80],
  ["50", "50", -1],
])("protocol %s is shown as %s", async (IpProtocol, shown, FromPort) => {
  const { ec2, GroupId } = await setUp();
  const permission = { ...http, IpProtocol, IpRanges: [{ CidrIp: everywhere }] };
  const { SecurityGroupRules } = await ec2.AuthorizeSecurityGroupEgress({
    GroupId,
    IpPermissions: [permission],
  });
  expect(SecurityGroupRules).toMatchObject([{ IpProtocol: shown, FromPort, IsEgress: true }]);
});

test("a permission that is refused leaves the others out too", async () => {
  const { ec2, GroupId, groupOf } = await setUp();
  const permissions = [443, 80].map(port => ({
    IpProtocol: "tcp",
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: everywhere }],
  }));
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: permissions.slice(1) });
  await expect(
    ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: permissions }),
  ).rejects.toMatchObject({
    code: "InvalidPermission.Duplicate",
    message: `the specified rule "peer: ${everywhere}, TCP, from port: 80, to port: 80, ALLOW" already exists`,
  });
  expect((await groupOf())?.IpPermissions).toMatchObject([http]);
});

test("what is revoked and doesn't exist: answered in the default VPC, refused in others and for IPv6", async () => {
  const { ec2, GroupId } = await setUp();
  const IpPermissions = [{ ...http, IpRanges: [{ CidrIp: everywhere }] }];
  const { Return, UnknownIpPermissions, RevokedSecurityGroupRules } = await ec2.RevokeSecurityGroupIngress({
    GroupId,
    IpPermissions,
  });
  expect([Return, RevokedSecurityGroupRules]).toEqual([true, []]);
  expect(UnknownIpPermissions).toMatchObject([{ ...http, IpRanges: [{ CidrIp: everywhere }] }]);
  const ipv6 = [{ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] }];
  await expect(ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: ipv6 })).rejects.toMatchObject({
    code: "InvalidPermission.NotFound",
  });
});

test("descriptions are updated by id or by permission, and removed when left out", async () => {
  const { ec2, GroupId } = await setUp();
  const permission = (Description?: string) => [{ ...http, IpRanges: [{ CidrIp: everywhere, Description }] }];
  const {
    SecurityGroupRules: [rule],
  } = await ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: permission("one"),
  });
  const SecurityGroupRuleId = rule?.SecurityGroupRuleId ?? "";
  const shown = async () => {
    const { SecurityGroupRules } = await ec2.DescribeSecurityGroupRules({
      SecurityGroupRuleIds: [SecurityGroupRuleId],
    });
    return SecurityGroupRules[0]?.Description;
  };
  expect(await shown()).toBe("one");
  await ec2.UpdateSecurityGroupRuleDescriptionsIngress({ GroupId, IpPermissions: permission("two") });
  expect(await shown()).toBe("two");
  const byId = { SecurityGroupRuleId, Description: "three" };
  await ec2.UpdateSecurityGroupRuleDescriptionsIngress({ GroupId, SecurityGroupRuleDescriptions: [byId] });
  expect(await shown()).toBe("three");
  await ec2.UpdateSecurityGroupRuleDescriptionsIngress({ GroupId, IpPermissions: permission() });
  expect(await shown()).toBeUndefined();
});

test("a group that another one refers to can't be deleted, and one that refers to itself can", async () => {
  const { ec2, GroupId } = await setUp();
  const { GroupId: other } = await ec2.CreateSecurityGroup({ GroupName: "other", Description: "other" });
  const from = (id: string) => [{ ...http, UserIdGroupPairs: [{ GroupId: id }] }];
  await ec2.AuthorizeSecurityGroupIngress({ GroupId: other, IpPermissions: from(GroupId) });
  await expect(ec2.DeleteSecurityGroup({ GroupId })).rejects.toMatchObject({ code: "DependencyViolation" });
  await ec2.AuthorizeSecurityGroupIngress({ GroupId: other, IpPermissions: from(other) });
  await ec2.DeleteSecurityGroup({ GroupName: "other" });
  await ec2.DeleteSecurityGroup({ GroupId });
  const { SecurityGroupRules } = await ec2.DescribeSecurityGroupRules({});
  // The default group's.
  expect(SecurityGroupRules).toHaveLength(2);
});
