import { makeSamples, openRegion } from "../../../../testing/sample-resources";

const tag = { Key: "colour", Value: "red" };

test("every type of resource of a network can be tagged, and an instance", async () => {
  const { region, resources } = await openRegion();
  await makeSamples(resources, "aws:lb/loadBalancer:LoadBalancer");
  const { ec2 } = region.calls;
  const { vpc, instances } = region.ec2;
  const records = [
    ["instance", instances.hosts],
    ["internet-gateway", vpc.internetGateways],
    ["network-acl", vpc.networkAcls],
    ["network-interface", vpc.networkInterfaces],
    ["route-table", vpc.routeTables],
    ["security-group", vpc.securityGroups],
    ["security-group-rule", vpc.securityGroupRules],
    ["subnet", vpc.subnets],
    ["vpc", vpc.vpcs],
  ] as const;
  const Resources = records.map(([, all]) => [...all.keys()].at(-1) ?? "");
  await ec2.CreateTags({ Resources, Tags: [tag] });
  const { Tags } = await ec2.DescribeTags({ Filters: [{ Name: "tag:colour", Values: ["r*"] }] });
  expect(Tags).toEqual(
    records.map(([ResourceType], index) => ({ ...tag, ResourceId: Resources[index], ResourceType })),
  );
  const { Reservations } = await ec2.DescribeInstances({
    Filters: [{ Name: "tag:colour", Values: ["red"] }],
  });
  expect(Reservations).toHaveLength(1);
});

async function tagged() {
  const { region } = await openRegion();
  const { ec2 } = region.calls;
  const {
    Vpc: { VpcId = "" },
  } = await ec2.CreateVpc({
    CidrBlock: "10.0.0.0/16",
    TagSpecifications: [{ ResourceType: "vpc", Tags: [tag, { Key: "empty", Value: "" }, { Key: "keep" }] }],
  });
  const keys = async () => {
    const {
      Vpcs: [vpc],
    } = await ec2.DescribeVpcs({ VpcIds: [VpcId] });
    return vpc?.Tags?.map(({ Key }) => Key);
  };
  return { region, ec2, VpcId, keys };
}

test.each<[string, object[] | undefined, string[]]>([
  ["a key, whatever its value", [{ Key: "colour" }], ["empty", "keep"]],
  ["a key with its value", [tag], ["empty", "keep"]],
  ["a key with another value", [{ Key: "colour", Value: "" }], ["colour", "empty", "keep"]],
  ["a key with an empty value", [{ Key: "empty", Value: "" }], ["colour", "keep"]],
  ["everything", undefined, []],
])("deletes %s", async (_name, Tags, left) => {
  const { ec2, VpcId, keys } = await tagged();
  await ec2.DeleteTags({ Resources: [VpcId], Tags });
  expect(await keys()).toEqual(left);
});

test("a request with one unknown resource changes none", async () => {
  const { ec2, VpcId, keys } = await tagged();
  const Resources = [VpcId, "subnet-0123456789abcdef0"];
  await expect(ec2.CreateTags({ Resources, Tags: [{ Key: "new", Value: "" }] })).rejects.toMatchObject({
    code: "InvalidSubnetID.NotFound",
  });
  await expect(ec2.DeleteTags({ Resources })).rejects.toMatchObject({ code: "InvalidSubnetID.NotFound" });
  expect(await keys()).toEqual(["colour", "empty", "keep"]);
});
