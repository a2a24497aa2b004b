/** What the actions on a network do to connections through it. */
import { openRegion, operatorAddress } from "../../../../testing/sample-resources";

const everywhere = "0.0.0.0/0";
const port = 8080;
const tcp = { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: everywhere }] };
const entry = {
  RuleNumber: 100,
  Protocol: "tcp",
  RuleAction: "allow",
  CidrBlock: everywhere,
  PortRange: { From: 0, To: 65535 },
} as const;

/** A VPC with a public subnet, an interface in it that nobody may connect to yet, and a connection from outside. */
async function setUp() {
  const { region } = await openRegion();
  const { ec2 } = region.calls;
  const {
    Vpc: { VpcId },
  } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
  const {
    Subnet: { SubnetId },
  } = await ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.1.0/24" });
  const {
    InternetGateway: { InternetGatewayId },
  } = await ec2.CreateInternetGateway({});
  await ec2.AttachInternetGateway({ VpcId, InternetGatewayId });
  const {
    RouteTable: { RouteTableId },
  } = await ec2.CreateRouteTable({ VpcId });
  const route = { RouteTableId, GatewayId: InternetGatewayId, DestinationCidrBlock: everywhere };
  await ec2.CreateRoute(route);
  const { AssociationId } = await ec2.AssociateRouteTable({ RouteTableId, SubnetId });
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "web", Description: "web", VpcId });
  const subnetId = SubnetId ?? "";
  const attached = region.ec2.interfaces.attach({
    subnetId,
    groupIds: [GroupId],
    publicAddress: true,
    description: "",
  });
  const connect = () => {
    const { outcome, drop } = region.network.probe(
      { internetAddress: operatorAddress },
      { address: attached.publicIpAddress ?? "", port },
    );
    return drop?.code ?? outcome;
  };
  const NetworkInterfaceId = attached.id;
  return {
    region,
    ec2,
    VpcId,
    SubnetId,
    RouteTableId,
    route,
    AssociationId,
    GroupId,
    NetworkInterfaceId,
    connect,
  };
}

const noRule = "ENI_SG_RULES_MISMATCH";
const aclDrops = "SUBNET_ACL_RESTRICTION";

test("a rule opens a port until it is revoked, or changed to another", async () => {
  const { ec2, GroupId, connect } = await setUp();
  expect(connect()).toBe(noRule);
  const {
    SecurityGroupRules: [rule],
  } = await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [tcp] });
  expect(connect()).toBe("allowed");
  const change = (ToPort: number) => {
    const SecurityGroupRule = { IpProtocol: "6", FromPort: 22, ToPort, CidrIpv4: everywhere };
    const SecurityGroupRules = [{ SecurityGroupRuleId: rule?.SecurityGroupRuleId, SecurityGroupRule }];
    return ec2.ModifySecurityGroupRules({ GroupId, SecurityGroupRules });
  };
  await change(22);
  expect(connect()).toBe(noRule);
  await change(port);
  expect(connect()).toBe("allowed");
  await ec2.RevokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: [rule?.SecurityGroupRuleId ?? ""] });
  expect(connect()).toBe(noRule);
});

test.each([
  ["udp", { IpProtocol: "udp" }],
  ["icmp", { IpProtocol: "icmp", FromPort: -1, ToPort: -1 }],
  ["another protocol", { IpProtocol: "47" }],
])("a rule for %s is kept, and opens nothing to TCP", async (_name, change) => {
  const { ec2, GroupId, connect } = await setUp();
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [{ ...tcp, ...change }] });
  expect(connect()).toBe(noRule);
  const {
    SecurityGroups: [group],
  } = await ec2.DescribeSecurityGroups({ GroupIds: [GroupId] });
  expect(group?.IpPermissions).toMatchObject([{ IpProtocol: change.IpProtocol }]);
});

test("an interface's changed groups decide the next connection", async () => {
  const { ec2, VpcId, NetworkInterfaceId, connect } = await setUp();
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "open", Description: "open", VpcId });
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [tcp] });
  expect(connect()).toBe(noRule);
  await ec2.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId, Groups: [GroupId] });
  expect(connect()).toBe("allowed");
});

test("a subnet's ACL is the one of its association, which has a new id after each replacement", async () => {
  const { ec2, VpcId, SubnetId = "", GroupId, connect } = await setUp();
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [tcp] });
  const associationOf = async () => {
    const Filters = [{ Name: "association.subnet-id", Values: [SubnetId] }];
    const { NetworkAcls: [acl] = [] } = await ec2.DescribeNetworkAcls({ Filters });
    return acl?.Associations?.[0];
  };
  const before = await associationOf();
  const {
    NetworkAcl: { NetworkAclId },
  } = await ec2.CreateNetworkAcl({ VpcId });
  const { NewAssociationId } = await ec2.ReplaceNetworkAclAssociation({
    AssociationId: before?.NetworkAclAssociationId,
    NetworkAclId,
  });
  expect(NewAssociationId).not.toBe(before?.NetworkAclAssociationId);
  expect(await associationOf()).toMatchObject({ NetworkAclAssociationId: NewAssociationId, NetworkAclId });
  expect(connect()).toBe(aclDrops);
  for (const Egress of [true, false]) await ec2.CreateNetworkAclEntry({ NetworkAclId, Egress, ...entry });
  expect(connect()).toBe("allowed");
  const deny = { NetworkAclId, Egress: false, ...entry, RuleAction: "deny" } as const;
  await ec2.CreateNetworkAclEntry({ ...deny, RuleNumber: 1 });
  expect(connect()).toBe(aclDrops);
  await ec2.DeleteNetworkAclEntry({ NetworkAclId, Egress: false, RuleNumber: 1 });
  expect(connect()).toBe("allowed");
  await ec2.ReplaceNetworkAclEntry(deny);
  expect(connect()).toBe(aclDrops);
  await ec2.ReplaceNetworkAclAssociation({
    AssociationId: NewAssociationId,
    NetworkAclId: before?.NetworkAclId,
  });
  expect(connect()).toBe("allowed");
  await ec2.DeleteNetworkAcl({ NetworkAclId });
});

test("an entry's protocol may be a name; ports are kept where it has any", async () => {
  const { ec2, VpcId } = await setUp();
  const {
    NetworkAcl: { NetworkAclId },
  } = await ec2.CreateNetworkAcl({ VpcId });
  const make = (RuleNumber: number, change: object) =>
    ec2.CreateNetworkAclEntry({ NetworkAclId, Egress: false, ...entry, RuleNumber, ...change });
  await make(1, { Protocol: "tcp" });
  await make(2, { Protocol: "UDP", CidrBlock: "10.0.0.9/8" });
  await make(3, { Protocol: "icmp", IcmpTypeCode: { Type: 8, Code: -1 } });
  await make(4, { Protocol: "47" });
  await make(5, { Protocol: "-1" });
  const { NetworkAcls: [acl] = [] } = await ec2.DescribeNetworkAcls({ NetworkAclIds: [NetworkAclId] });
  const ingress = acl?.Entries?.filter(({ Egress }) => !Egress);
  const PortRange = entry.PortRange;
  const all = { CidrBlock: everywhere, Egress: false, RuleAction: "allow" };
  expect(ingress).toEqual([
    { ...all, RuleNumber: 1, Protocol: "6", PortRange },
    { ...all, RuleNumber: 2, Protocol: "17", PortRange, CidrBlock: "10.0.0.0/8" },
    { ...all, RuleNumber: 3, Protocol: "1", IcmpTypeCode: { Type: 8, Code: -1 } },
    { ...all, RuleNumber: 4, Protocol: "47" },
    { ...all, RuleNumber: 5, Protocol: "-1" },
    { ...all, RuleNumber: 32767, Protocol: "-1", RuleAction: "deny" },
  ]);
});

test("without a route to the gateway nothing is answered, by whichever table", async () => {
  const { ec2, VpcId, SubnetId, RouteTableId, route, AssociationId, GroupId, connect } = await setUp();
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [tcp] });
  expect(connect()).toBe("allowed");
  await ec2.DeleteRoute({ RouteTableId, DestinationCidrBlock: everywhere });
  expect(connect()).toBe("NO_ROUTE_TO_DESTINATION");
  await ec2.CreateRoute(route);
  await ec2.ReplaceRoute(route);
  expect(connect()).toBe("allowed");
  await ec2.DisassociateRouteTable({ AssociationId });
  expect(connect()).toBe("NO_ROUTE_TO_DESTINATION");

  const main = [
    { Name: "vpc-id", Values: [VpcId ?? ""] },
    { Name: "association.main", Values: ["true"] },
  ];
  const {
    RouteTables: [table],
  } = await ec2.DescribeRouteTables({ Filters: main });
  const { NewAssociationId } = await ec2.ReplaceRouteTableAssociation({
    AssociationId: table?.Associations[0]?.RouteTableAssociationId,
    RouteTableId,
  });
  expect(connect()).toBe("allowed");
  const { RouteTables } = await ec2.DescribeRouteTables({ Filters: main });
  expect(RouteTables).toMatchObject([
    { RouteTableId, Associations: [{ RouteTableAssociationId: NewAssociationId }] },
  ]);
  await ec2.DeleteRouteTable({ RouteTableId: table?.RouteTableId });
  const { AssociationId: again } = await ec2.AssociateRouteTable({ RouteTableId, SubnetId });
  expect((await ec2.AssociateRouteTable({ RouteTableId, SubnetId })).AssociationId).toBe(again);
});

test("the routes to a detached gateway are blackholes", async () => {
  const { region, ec2, VpcId, RouteTableId, route, NetworkInterfaceId } = await setUp();
  const stateOf = async () => {
    const {
      RouteTables: [table],
    } = await ec2.DescribeRouteTables({ RouteTableIds: [RouteTableId] });
    return table?.Routes.map(({ State }) => State);
  };
  region.ec2.interfaces.detach(NetworkInterfaceId);
  const ids = { InternetGatewayId: route.GatewayId, VpcId };
  await ec2.DetachInternetGateway(ids);
  expect(await stateOf()).toEqual(["active", "blackhole"]);
  await ec2.AttachInternetGateway(ids);
  expect(await stateOf()).toEqual(["active", "active"]);
});

test("a VPC is deleted once everything that was made in it is", async () => {
  const { region, ec2, VpcId, SubnetId, RouteTableId, route, GroupId, NetworkInterfaceId } = await setUp();
  region.ec2.interfaces.detach(NetworkInterfaceId);
  await ec2.DeleteSubnet({ SubnetId });
  await ec2.DeleteRouteTable({ RouteTableId });
  await ec2.DeleteSecurityGroup({ GroupId });
  await ec2.DetachInternetGateway({ InternetGatewayId: route.GatewayId, VpcId });
  await ec2.DeleteInternetGateway({ InternetGatewayId: route.GatewayId });
  await ec2.DeleteVpc({ VpcId });
  const { vpcs, subnets, routeTables, routeTableAssociations, networkAcls, networkAclAssociations } =
    region.ec2.vpc;
  const sizes = [vpcs, subnets, routeTables, routeTableAssociations, networkAcls, networkAclAssociations];
  // The default VPC's alone.
  expect(sizes.map(({ size }) => size)).toEqual([1, 3, 1, 0, 1, 3]);
});
