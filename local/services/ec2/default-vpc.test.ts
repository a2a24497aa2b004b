import { openRegion } from "../../../testing/sample-resources";

const described = async () => {
  const { region } = await openRegion();
  return { region, ec2: region.calls.ec2 };
};

test("an account has a default VPC with a public subnet in each zone", async () => {
  const { ec2 } = await described();
  const {
    Vpcs: [vpc],
  } = await ec2.DescribeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
  expect(vpc).toMatchObject({ CidrBlock: "172.31.0.0/16", IsDefault: true, State: "available" });
  const { Subnets } = await ec2.DescribeSubnets({});
  const common = { VpcId: vpc?.VpcId, DefaultForAz: true, MapPublicIpOnLaunch: true };
  expect(Subnets).toMatchObject([
    { ...common, CidrBlock: "172.31.0.0/20", AvailabilityZone: "us-east-1a", AvailableIpAddressCount: 4091 },
    { ...common, CidrBlock: "172.31.16.0/20", AvailabilityZone: "us-east-1b" },
    { ...common, CidrBlock: "172.31.32.0/20", AvailabilityZone: "us-east-1c" },
  ]);
  const {
    InternetGateways: [gateway],
  } = await ec2.DescribeInternetGateways({});
  expect(gateway?.Attachments).toEqual([{ State: "available", VpcId: vpc?.VpcId }]);
  const { RouteTables } = await ec2.DescribeRouteTables({});
  expect(RouteTables).toMatchObject([
    {
      Associations: [{ Main: true, RouteTableAssociationId: expect.stringMatching(/^rtbassoc-/) as string }],
      Routes: [
        { DestinationCidrBlock: "172.31.0.0/16", GatewayId: "local", Origin: "CreateRouteTable" },
        { DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway?.InternetGatewayId, State: "active" },
      ],
    },
  ]);
  const { NetworkAcls: [acl] = [] } = await ec2.DescribeNetworkAcls({});
  expect(acl).toMatchObject({ IsDefault: true, Associations: [{}, {}, {}] });
  const { AccountAttributes } = await ec2.DescribeAccountAttributes({ AttributeNames: ["default-vpc"] });
  expect(AccountAttributes).toEqual([
    { AttributeName: "default-vpc", AttributeValues: [{ AttributeValue: vpc?.VpcId }] },
  ]);
});

test("a deleted default VPC can be made anew, once", async () => {
  const { ec2 } = await described();
  const {
    Vpcs: [first],
  } = await ec2.DescribeVpcs({});
  const { Subnets } = await ec2.DescribeSubnets({});
  for (const { SubnetId } of Subnets) await ec2.DeleteSubnet({ SubnetId });
  const {
    InternetGateways: [gateway],
  } = await ec2.DescribeInternetGateways({});
  const ids = { InternetGatewayId: gateway?.InternetGatewayId, VpcId: first?.VpcId };
  await ec2.DetachInternetGateway(ids);
  await ec2.DeleteInternetGateway({ InternetGatewayId: gateway?.InternetGatewayId });
  await ec2.DeleteVpc({ VpcId: first?.VpcId });
  await expect(ec2.CreateSecurityGroup({ GroupName: "a", Description: "a" })).rejects.toMatchObject({
    code: "VPCIdNotSpecified",
  });
  const { Vpc } = await ec2.CreateDefaultVpc({});
  expect(Vpc).toMatchObject({ IsDefault: true, CidrBlock: "172.31.0.0/16" });
  expect((await ec2.DescribeSubnets({})).Subnets).toHaveLength(3);
});
