/** VPCs, subnets and zones, as the API answers them. */
import { openRegion } from "../../../../testing/sample-resources";

async function setUp() {
  const { region } = await openRegion();
  const { ec2 } = region.calls;
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.1/16", InstanceTenancy: "dedicated" });
  const VpcId = Vpc.VpcId ?? "";
  return { region, ec2, Vpc, VpcId };
}

test("a VPC is pending when created and available when described; its range loses its host bits", async () => {
  const { ec2, Vpc, VpcId } = await setUp();
  const kept = { CidrBlock: "10.0.0.0/16", InstanceTenancy: "dedicated", IsDefault: false };
  expect(Vpc).toMatchObject({ ...kept, State: "pending" });
  const { Vpcs } = await ec2.DescribeVpcs({ VpcIds: [VpcId] });
  expect(Vpcs).toMatchObject([{ ...kept, State: "available" }]);
});

test("a VPC's DNS attributes", async () => {
  const { ec2, VpcId } = await setUp();
  const valueOf = (Attribute: "enableDnsHostnames" | "enableDnsSupport") =>
    ec2.DescribeVpcAttribute({ VpcId, Attribute });
  expect(await valueOf("enableDnsHostnames")).toEqual({ VpcId, EnableDnsHostnames: { Value: false } });
  await ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  expect(await valueOf("enableDnsHostnames")).toEqual({ VpcId, EnableDnsHostnames: { Value: true } });
  expect(await valueOf("enableDnsSupport")).toEqual({ VpcId, EnableDnsSupport: { Value: true } });
});

test("a subnet, and whether its instances get public addresses", async () => {
  const { ec2, VpcId } = await setUp();
  const { Subnet } = await ec2.CreateSubnet({
    VpcId,
    CidrBlock: "10.0.1.9/24",
    AvailabilityZoneId: "use1-az2",
  });
  const shown = { CidrBlock: "10.0.1.0/24", AvailabilityZone: "us-east-1b", AvailableIpAddressCount: 251 };
  expect(Subnet).toMatchObject({
    ...shown,
    MapPublicIpOnLaunch: false,
    DefaultForAz: false,
    State: "available",
  });
  const { SubnetId = "" } = Subnet;
  await ec2.ModifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: true } });
  const { Subnets } = await ec2.DescribeSubnets({ SubnetIds: [SubnetId] });
  expect(Subnets).toEqual([{ ...Subnet, MapPublicIpOnLaunch: true }]);
});

test.each([
  ["10.0.1.0/24", "InvalidSubnet.Conflict"],
  ["10.0.1.128/25", "InvalidSubnet.Conflict"],
  ["10.0.0.0/16", "InvalidSubnet.Conflict"],
  ["10.0.0.0/15", "InvalidSubnet.Range"],
  ["10.0.2.0/29", "InvalidSubnet.Range"],
  ["10.1.0.0/24", "InvalidSubnet.Range"],
  ["10.0.2.0/33", "InvalidParameterValue"],
])("a second subnet %s is refused with %s", async (CidrBlock, code) => {
  const { region, ec2, VpcId } = await setUp();
  await ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.1.0/24" });
  const before = region.ec2.vpc.subnets.size;
  await expect(ec2.CreateSubnet({ VpcId, CidrBlock })).rejects.toMatchObject({ code });
  expect(region.ec2.vpc.subnets.size).toBe(before);
  await ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.2.0/24" });
});

test("the region's zones", async () => {
  const { ec2 } = await setUp();
  const namesOf = async (input: object) =>
    (await ec2.DescribeAvailabilityZones(input)).AvailabilityZones.map(({ ZoneName }) => ZoneName);
  expect(await namesOf({})).toEqual(["us-east-1a", "us-east-1b", "us-east-1c"]);
  expect(await namesOf({ ZoneNames: ["us-east-1b"] })).toEqual(["us-east-1b"]);
  expect(await namesOf({ Filters: [{ Name: "zone-id", Values: ["*-az3"] }] })).toEqual(["us-east-1c"]);
  expect(await namesOf({ Filters: [{ Name: "opt-in-status", Values: ["opted-in"] }] })).toEqual([]);
  expect((await ec2.DescribeRegions({})).Regions).toMatchObject([{ RegionName: "us-east-1" }]);
});
