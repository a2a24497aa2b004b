/** A call for each thing that EC2 refuses of networks: the compiler names a refusal that has none. */
import type { CreateFlowLogsRequest } from "@aws-sdk/client-ec2";
import { testRefusals } from "../../../testing/refusals";
import type { Region } from "../../region";
import type { networkRefusals } from "./network-refusals";

type Ec2Calls = Region["calls"]["ec2"];

const everywhere = "0.0.0.0/0";
const vpcRange = "10.0.0.0/16";

/** The id of a new VPC; another has the same range. */
async function newVpc(ec2: Ec2Calls): Promise<string> {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: vpcRange });
  return Vpc.VpcId ?? "";
}

async function newSubnet(ec2: Ec2Calls, CidrBlock = "10.0.1.0/24", VpcId?: string) {
  const { Subnet } = await ec2.CreateSubnet({ VpcId: VpcId ?? (await newVpc(ec2)), CidrBlock });
  return { VpcId: Subnet.VpcId ?? "", SubnetId: Subnet.SubnetId ?? "" };
}

async function newGateway(ec2: Ec2Calls): Promise<string> {
  const { InternetGateway } = await ec2.CreateInternetGateway({});
  return InternetGateway.InternetGatewayId ?? "";
}

/** A VPC with an attached gateway. */
async function newAttachedGateway(ec2: Ec2Calls) {
  const [VpcId, InternetGatewayId] = [await newVpc(ec2), await newGateway(ec2)];
  await ec2.AttachInternetGateway({ VpcId, InternetGatewayId });
  return { VpcId, InternetGatewayId };
}

/** A route table and the gateway that it may lead to. */
async function newTable(ec2: Ec2Calls) {
  const { VpcId, InternetGatewayId: GatewayId } = await newAttachedGateway(ec2);
  const { RouteTable } = await ec2.CreateRouteTable({ VpcId });
  return { VpcId, GatewayId, RouteTableId: RouteTable.RouteTableId };
}

async function route(ec2: Ec2Calls, change: object, destination = everywhere) {
  const { RouteTableId, GatewayId } = await newTable(ec2);
  return ec2.CreateRoute({ RouteTableId, DestinationCidrBlock: destination, GatewayId, ...change });
}

const toLogGroup = {
  LogDestinationType: "cloud-watch-logs",
  LogDestination: undefined,
  LogGroupName: "flows",
  DeliverLogsPermissionArn: "arn:aws:iam::123456789012:role/flow-logs",
} as const;

async function flowLog(ec2: Ec2Calls, change: Partial<CreateFlowLogsRequest>) {
  return ec2.CreateFlowLogs({
    ResourceIds: change.ResourceIds ?? [await newVpc(ec2)],
    ResourceType: "VPC",
    TrafficType: "ALL",
    LogDestinationType: "s3",
    LogDestination: "arn:aws:s3:::my-logs",
    ...change,
  });
}

async function mainTableOf(ec2: Ec2Calls, VpcId: string) {
  const Filters = [
    { Name: "vpc-id", Values: [VpcId] },
    { Name: "association.main", Values: ["true"] },
  ];
  const {
    RouteTables: [table],
  } = await ec2.DescribeRouteTables({ Filters });
  return {
    id: table?.RouteTableId ?? "",
    associationId: table?.Associations[0]?.RouteTableAssociationId ?? "",
  };
}

async function newAcl(ec2: Ec2Calls): Promise<string> {
  const { NetworkAcl } = await ec2.CreateNetworkAcl({ VpcId: await newVpc(ec2) });
  return NetworkAcl.NetworkAclId;
}

const sshEntry = {
  RuleNumber: 100,
  Egress: false,
  Protocol: "tcp",
  RuleAction: "allow" as const,
  CidrBlock: everywhere,
  PortRange: { From: 22, To: 22 },
};

async function entry(ec2: Ec2Calls, change: object) {
  return ec2.CreateNetworkAclEntry({ NetworkAclId: await newAcl(ec2), ...sshEntry, ...change });
}

async function defaultAclOf(ec2: Ec2Calls, VpcId: string) {
  const Filters = [
    { Name: "vpc-id", Values: [VpcId] },
    { Name: "default", Values: ["true"] },
  ];
  const { NetworkAcls: [acl] = [] } = await ec2.DescribeNetworkAcls({ Filters });
  return {
    id: acl?.NetworkAclId ?? "",
    associationId: acl?.Associations?.[0]?.NetworkAclAssociationId ?? "",
  };
}

async function newGroup(ec2: Ec2Calls, change: object = {}): Promise<string> {
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "web", Description: "web", ...change });
  return GroupId;
}

const http = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: everywhere }] };

async function allow(ec2: Ec2Calls, ...permissions: object[]) {
  return ec2.AuthorizeSecurityGroupIngress({ GroupId: await newGroup(ec2), IpPermissions: permissions });
}

/** A group with a rule, and the rule's id. */
async function newRule(ec2: Ec2Calls) {
  const GroupId = await newGroup(ec2);
  const {
    SecurityGroupRules: [rule],
  } = await ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [http],
  });
  return { GroupId, SecurityGroupRuleId: rule?.SecurityGroupRuleId ?? "" };
}

async function modifyRule(ec2: Ec2Calls, SecurityGroupRule: object) {
  const { GroupId, SecurityGroupRuleId } = await newRule(ec2);
  const traffic = { IpProtocol: "tcp", FromPort: 80, ToPort: 80 };
  const change = { SecurityGroupRuleId, SecurityGroupRule: { ...traffic, ...SecurityGroupRule } };
  return ec2.ModifySecurityGroupRules({ GroupId, SecurityGroupRules: [change] });
}

/** A network interface in a subnet of its own, as a load balancer or an instance has one. */
async function newInterface(ec2: Ec2Calls, region: Region, groupIds: string[] = []) {
  const { VpcId, InternetGatewayId } = await newAttachedGateway(ec2);
  const { SubnetId } = await newSubnet(ec2, "10.0.1.0/24", VpcId);
  const request = { subnetId: SubnetId, groupIds, publicAddress: true, description: "" };
  const { id: NetworkInterfaceId } = region.ec2.interfaces.attach(request);
  return { VpcId, InternetGatewayId, SubnetId, NetworkInterfaceId };
}

testRefusals<typeof networkRefusals>({
  noIpv6: [
    "UnsupportedOperation",
    ec2 => ec2.CreateVpc({ CidrBlock: vpcRange, AmazonProvidedIpv6CidrBlock: true }),
  ],
  routeTarget: ["UnsupportedOperation", ec2 => route(ec2, { NatGatewayId: "nat-0123456789abcdef0" })],
  otherAccount: [
    "UnsupportedOperation",
    ec2 => allow(ec2, { ...http, UserIdGroupPairs: [{ GroupId: "sg-1", UserId: "111122223333" }] }),
  ],

  invalidCidr: ["InvalidParameterValue", ec2 => ec2.CreateVpc({ CidrBlock: "10.0.0.0" })],
  invalidEnum: [
    "InvalidParameterValue",
    ec2 => ec2.CreateVpc({ CidrBlock: vpcRange, InstanceTenancy: "shared" as "default" }),
  ],
  unknownAttribute: [
    "InvalidParameterValue",
    async ec2 =>
      ec2.DescribeVpcAttribute({ VpcId: await newVpc(ec2), Attribute: "colour" as "enableDnsSupport" }),
  ],
  noAttribute: [
    "InvalidParameterCombination",
    async ec2 => ec2.ModifyVpcAttribute({ VpcId: await newVpc(ec2) }),
  ],
  severalAttributes: [
    "InvalidParameterCombination",
    async ec2 => {
      const [EnableDnsSupport, EnableDnsHostnames] = [{ Value: true }, { Value: true }];
      return ec2.ModifyVpcAttribute({ VpcId: await newVpc(ec2), EnableDnsSupport, EnableDnsHostnames });
    },
  ],
  unknownZone: [
    "InvalidParameterValue",
    async ec2 =>
      ec2.CreateSubnet({ VpcId: await newVpc(ec2), CidrBlock: vpcRange, AvailabilityZone: "us-east-1z" }),
  ],
  zoneTwice: [
    "InvalidParameterCombination",
    async ec2 => {
      const zone = { AvailabilityZone: "us-east-1a", AvailabilityZoneId: "use1-az1" };
      return ec2.CreateSubnet({ VpcId: await newVpc(ec2), CidrBlock: vpcRange, ...zone });
    },
  ],
  invalidZoneNames: [
    "InvalidParameterValue",
    ec2 => ec2.DescribeAvailabilityZones({ ZoneNames: ["us-east-1z"] }),
  ],
  invalidRegionNames: ["InvalidParameterValue", ec2 => ec2.DescribeRegions({ RegionNames: ["nowhere-1"] })],

  vpcRange: ["InvalidVpc.Range", ec2 => ec2.CreateVpc({ CidrBlock: "10.0.0.0/15" })],
  vpcHasDependencies: [
    "DependencyViolation",
    async ec2 => ec2.DeleteVpc({ VpcId: (await newSubnet(ec2)).VpcId }),
  ],
  defaultVpcExists: ["DefaultVpcAlreadyExists", ec2 => ec2.CreateDefaultVpc({})],
  dnsHostnamesWithoutSupport: [
    "InvalidParameterCombination",
    async ec2 => {
      const VpcId = await newVpc(ec2);
      await ec2.ModifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: false } });
      return ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    },
  ],

  subnetRange: ["InvalidSubnet.Range", ec2 => newSubnet(ec2, "10.1.0.0/24")],
  subnetConflict: [
    "InvalidSubnet.Conflict",
    async ec2 => newSubnet(ec2, "10.0.0.0/22", (await newSubnet(ec2, "10.0.1.0/24")).VpcId),
  ],
  subnetHasDependencies: [
    "DependencyViolation",
    async (ec2, region) => ec2.DeleteSubnet({ SubnetId: (await newInterface(ec2, region)).SubnetId }),
  ],

  gatewayAttached: [
    "Resource.AlreadyAssociated",
    async ec2 => {
      const { InternetGatewayId } = await newAttachedGateway(ec2);
      return ec2.AttachInternetGateway({ InternetGatewayId, VpcId: await newVpc(ec2) });
    },
  ],
  vpcHasGateway: [
    "InvalidParameterValue",
    async ec2 => {
      const { VpcId } = await newAttachedGateway(ec2);
      return ec2.AttachInternetGateway({ InternetGatewayId: await newGateway(ec2), VpcId });
    },
  ],
  gatewayNotAttached: [
    "Gateway.NotAttached",
    async ec2 =>
      ec2.DetachInternetGateway({ InternetGatewayId: await newGateway(ec2), VpcId: await newVpc(ec2) }),
  ],
  publicAddressesMapped: [
    "DependencyViolation",
    async (ec2, region) => {
      const { VpcId, InternetGatewayId } = await newInterface(ec2, region);
      return ec2.DetachInternetGateway({ VpcId, InternetGatewayId });
    },
  ],
  gatewayHasDependencies: [
    "DependencyViolation",
    async ec2 => {
      const { InternetGatewayId } = await newAttachedGateway(ec2);
      return ec2.DeleteInternetGateway({ InternetGatewayId });
    },
  ],

  routeExists: [
    "RouteAlreadyExists",
    async ec2 => {
      const { RouteTableId, GatewayId } = await newTable(ec2);
      const request = { RouteTableId, GatewayId, DestinationCidrBlock: everywhere };
      await ec2.CreateRoute(request);
      return ec2.CreateRoute(request);
    },
  ],
  routeTargets: ["MissingParameter", ec2 => route(ec2, { GatewayId: undefined })],
  routeNotFound: [
    "InvalidRoute.NotFound",
    async ec2 => {
      const { RouteTableId } = await newTable(ec2);
      return ec2.DeleteRoute({ RouteTableId, DestinationCidrBlock: everywhere });
    },
  ],
  routeToReplace: [
    "InvalidParameterValue",
    async ec2 => {
      const { RouteTableId, GatewayId } = await newTable(ec2);
      return ec2.ReplaceRoute({ RouteTableId, GatewayId, DestinationCidrBlock: everywhere });
    },
  ],
  routeWithinVpc: ["InvalidParameterValue", ec2 => route(ec2, {}, "10.0.1.0/24")],
  localRoute: [
    "InvalidParameterValue",
    async ec2 => {
      const { RouteTableId } = await newTable(ec2);
      return ec2.DeleteRoute({ RouteTableId, DestinationCidrBlock: vpcRange });
    },
  ],
  gatewayNotFound: ["InvalidGatewayID.NotFound", ec2 => route(ec2, { GatewayId: "igw-0123456789abcdef0" })],
  differentNetworks: [
    "InvalidParameterValue",
    async ec2 => {
      const [{ RouteTableId }, { SubnetId }] = [await newTable(ec2), await newSubnet(ec2)];
      return ec2.AssociateRouteTable({ RouteTableId, SubnetId });
    },
  ],
  tableHasDependencies: [
    "DependencyViolation",
    async ec2 => ec2.DeleteRouteTable({ RouteTableId: (await mainTableOf(ec2, await newVpc(ec2))).id }),
  ],
  associationConflict: [
    "Resource.AlreadyAssociated",
    async ec2 => {
      const { RouteTableId, VpcId } = await newTable(ec2);
      const { SubnetId } = await newSubnet(ec2, "10.0.1.0/24", VpcId);
      await ec2.AssociateRouteTable({ RouteTableId, SubnetId });
      const { RouteTable } = await ec2.CreateRouteTable({ VpcId });
      return ec2.AssociateRouteTable({ RouteTableId: RouteTable.RouteTableId, SubnetId });
    },
  ],
  associationNotFound: [
    "InvalidAssociationID.NotFound",
    ec2 => ec2.DisassociateRouteTable({ AssociationId: "rtbassoc-0123456789abcdef0" }),
  ],
  mainAssociation: [
    "InvalidParameterValue",
    async ec2 => {
      const { associationId } = await mainTableOf(ec2, await newVpc(ec2));
      return ec2.DisassociateRouteTable({ AssociationId: associationId });
    },
  ],

  ruleNumber: ["InvalidParameterValue", ec2 => entry(ec2, { RuleNumber: 32767 })],
  invalidProtocol: ["InvalidParameterValue", ec2 => entry(ec2, { Protocol: "256" })],
  invalidPort: ["InvalidParameterValue", ec2 => entry(ec2, { PortRange: { From: 0, To: 65536 } })],
  portOrder: ["InvalidParameterValue", ec2 => entry(ec2, { PortRange: { From: 443, To: 80 } })],
  portsMissing: ["InvalidParameterValue", ec2 => entry(ec2, { PortRange: undefined })],
  icmpMissing: ["MissingParameter", ec2 => entry(ec2, { Protocol: "icmp" })],
  entryExists: [
    "NetworkAclEntryAlreadyExists",
    async ec2 => {
      const NetworkAclId = await newAcl(ec2);
      await ec2.CreateNetworkAclEntry({ NetworkAclId, ...sshEntry });
      return ec2.CreateNetworkAclEntry({ NetworkAclId, ...sshEntry });
    },
  ],
  entryNotFound: [
    "InvalidNetworkAclEntry.NotFound",
    async ec2 =>
      ec2.DeleteNetworkAclEntry({ NetworkAclId: await newAcl(ec2), RuleNumber: 100, Egress: false }),
  ],
  defaultAcl: [
    "InvalidParameterValue",
    async ec2 => ec2.DeleteNetworkAcl({ NetworkAclId: (await defaultAclOf(ec2, await newVpc(ec2))).id }),
  ],
  aclHasDependencies: [
    "DependencyViolation",
    async ec2 => {
      const { VpcId } = await newSubnet(ec2);
      const {
        NetworkAcl: { NetworkAclId },
      } = await ec2.CreateNetworkAcl({ VpcId });
      const { associationId: AssociationId } = await defaultAclOf(ec2, VpcId);
      await ec2.ReplaceNetworkAclAssociation({ AssociationId, NetworkAclId });
      return ec2.DeleteNetworkAcl({ NetworkAclId });
    },
  ],

  groupName: ["InvalidParameterValue", ec2 => newGroup(ec2, { GroupName: "a".repeat(256) })],
  groupNameLikeId: ["InvalidParameterValue", ec2 => newGroup(ec2, { GroupName: "sg-web" })],
  groupDescription: ["InvalidParameterValue", ec2 => newGroup(ec2, { Description: "für alle" })],
  groupReserved: ["InvalidGroup.Reserved", ec2 => newGroup(ec2, { GroupName: "default" })],
  groupDuplicate: ["InvalidGroup.Duplicate", ec2 => newGroup(ec2).then(() => newGroup(ec2))],
  groupNameNotFound: ["InvalidGroup.NotFound", ec2 => ec2.DeleteSecurityGroup({ GroupName: "web" })],
  noDefaultVpc: [
    "VPCIdNotSpecified",
    async (ec2, { ec2: { vpc } }) => {
      for (const { id, isDefault } of [...vpc.vpcs.values()]) if (isDefault) vpc.vpcs.delete(id);
      return newGroup(ec2);
    },
  ],
  groupMissing: ["MissingParameter", ec2 => ec2.DeleteSecurityGroup({})],
  groupTwice: [
    "InvalidParameterCombination",
    async ec2 => ec2.DeleteSecurityGroup({ GroupId: await newGroup(ec2), GroupName: "web" }),
  ],
  groupInUse: [
    "DependencyViolation",
    async (ec2, region) => {
      const GroupId = await newGroup(ec2);
      await newInterface(ec2, region, [GroupId]);
      return ec2.DeleteSecurityGroup({ GroupId });
    },
  ],
  defaultGroup: ["CannotDelete", ec2 => ec2.DeleteSecurityGroup({ GroupName: "default" })],
  groupInOtherVpc: [
    "InvalidGroup.NotFound",
    async ec2 => {
      const GroupId = await newGroup(ec2, { GroupName: "other", VpcId: await newVpc(ec2) });
      return allow(ec2, { ...http, UserIdGroupPairs: [{ GroupId }] });
    },
  ],

  permissionsMissing: [
    "MissingParameter",
    async ec2 => ec2.AuthorizeSecurityGroupIngress({ GroupId: await newGroup(ec2) }),
  ],
  permissionsTwice: [
    "InvalidParameterCombination",
    async ec2 => {
      const request = { IpPermissions: [http], CidrIp: everywhere };
      return ec2.AuthorizeSecurityGroupIngress({ GroupId: await newGroup(ec2), ...request });
    },
  ],
  permissionWithoutPeer: ["MissingParameter", ec2 => allow(ec2, { ...http, IpRanges: [] })],
  malformedCidr: [
    "InvalidParameterValue",
    ec2 => allow(ec2, { ...http, IpRanges: [{ CidrIp: "10.0.0.0/33" }] }),
  ],
  samePermissionTwice: ["InvalidParameterValue", ec2 => allow(ec2, http, http)],
  permissionDuplicate: [
    "InvalidPermission.Duplicate",
    async ec2 => {
      const { GroupId } = await newRule(ec2);
      const described = { ...http, IpRanges: [{ CidrIp: everywhere, Description: "again" }] };
      return ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [described] });
    },
  ],
  permissionNotFound: [
    "InvalidPermission.NotFound",
    async ec2 => {
      const GroupId = await newGroup(ec2, { VpcId: await newVpc(ec2) });
      return ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions: [http] });
    },
  ],
  ruleDescription: [
    "InvalidParameterValue",
    ec2 => allow(ec2, { ...http, IpRanges: [{ CidrIp: everywhere, Description: "a".repeat(256) }] }),
  ],
  rulePeers: ["InvalidParameterCombination", ec2 => modifyRule(ec2, {})],
  ruleIdsTwice: [
    "InvalidParameterCombination",
    async ec2 => {
      const { GroupId, SecurityGroupRuleId } = await newRule(ec2);
      const both = { SecurityGroupRuleIds: [SecurityGroupRuleId], IpPermissions: [http] };
      return ec2.RevokeSecurityGroupIngress({ GroupId, ...both });
    },
  ],

  flowLogExists: [
    "FlowLogAlreadyExists",
    async ec2 => {
      const ResourceIds = [await newVpc(ec2)];
      await flowLog(ec2, { ResourceIds });
      return flowLog(ec2, { ResourceIds });
    },
  ],
  flowLogGroup: ["InvalidParameter", ec2 => flowLog(ec2, { ...toLogGroup, LogDestination: "arn:aws:logs" })],
  flowLogRole: [
    "InvalidParameter",
    ec2 => flowLog(ec2, { ...toLogGroup, DeliverLogsPermissionArn: undefined }),
  ],
  flowLogNoRole: [
    "InvalidParameter",
    ec2 => flowLog(ec2, { DeliverLogsPermissionArn: toLogGroup.DeliverLogsPermissionArn }),
  ],
  flowLogDestination: ["InvalidParameter", ec2 => flowLog(ec2, { LogDestination: "arn:aws:sns:::my-logs" })],
  flowLogInterval: ["InvalidParameter", ec2 => flowLog(ec2, { MaxAggregationInterval: 300 })],

  interfaceWithoutGroups: [
    "MissingParameter",
    async (ec2, region) => {
      const { NetworkInterfaceId } = await newInterface(ec2, region);
      return ec2.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId, Groups: [] });
    },
  ],
  invalidId: [
    "InvalidID",
    ec2 => ec2.CreateTags({ Resources: ["fs-0123456789abcdef0"], Tags: [{ Key: "a", Value: "" }] }),
  ],
});
