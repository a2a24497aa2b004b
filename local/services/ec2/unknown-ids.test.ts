/** Every action refuses ids that nothing has, and what isn't an id, in the words of the id's type. */
import { openRegion } from "../../../testing/sample-resources";
import type { Region } from "../../region";
import { resourceTypes, type ResourceType } from "./resource-types";

type Ec2Calls = Region["calls"]["ec2"];
type Call = (ec2: Ec2Calls, id: string, existing: { vpcId: string; groupId: string }) => Promise<unknown>;

const CidrBlock = "10.0.1.0/24";
const route = { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-0123456789abcdef0" };
const Attribute = "description";
const entry = {
  RuleNumber: 1,
  Egress: false,
  Protocol: "-1",
  RuleAction: "allow",
  CidrBlock: "0.0.0.0/0",
} as const;
const flowLog = {
  TrafficType: "ALL",
  LogDestinationType: "s3",
  LogDestination: "arn:aws:s3:::my-logs",
} as const;
const IpPermissions = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];

/** By type, each action that takes an id of it. */
const calls: Partial<Record<ResourceType, Record<string, Call>>> = {
  vpc: {
    AttachInternetGateway: async (ec2, VpcId) => {
      const { InternetGateway } = await ec2.CreateInternetGateway({});
      return ec2.AttachInternetGateway({ VpcId, InternetGatewayId: InternetGateway.InternetGatewayId });
    },
    CreateFlowLogs: (ec2, id) => ec2.CreateFlowLogs({ ...flowLog, ResourceIds: [id], ResourceType: "VPC" }),
    CreateNetworkAcl: (ec2, VpcId) => ec2.CreateNetworkAcl({ VpcId }),
    CreateRouteTable: (ec2, VpcId) => ec2.CreateRouteTable({ VpcId }),
    CreateSecurityGroup: (ec2, VpcId) => ec2.CreateSecurityGroup({ GroupName: "a", Description: "a", VpcId }),
    CreateSubnet: (ec2, VpcId) => ec2.CreateSubnet({ VpcId, CidrBlock }),
    CreateTags: (ec2, id) => ec2.CreateTags({ Resources: [id], Tags: [{ Key: "a", Value: "" }] }),
    DeleteTags: (ec2, id) => ec2.DeleteTags({ Resources: [id] }),
    DeleteVpc: (ec2, VpcId) => ec2.DeleteVpc({ VpcId }),
    DescribeVpcAttribute: (ec2, VpcId) => ec2.DescribeVpcAttribute({ VpcId, Attribute: "enableDnsSupport" }),
    DescribeVpcs: (ec2, id) => ec2.DescribeVpcs({ VpcIds: [id] }),
    ModifyVpcAttribute: (ec2, VpcId) => ec2.ModifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: true } }),
  },
  subnet: {
    AssociateRouteTable: async (ec2, SubnetId, { vpcId }) => {
      const { RouteTable } = await ec2.CreateRouteTable({ VpcId: vpcId });
      return ec2.AssociateRouteTable({ SubnetId, RouteTableId: RouteTable.RouteTableId });
    },
    CreateFlowLogs: (ec2, id) =>
      ec2.CreateFlowLogs({ ...flowLog, ResourceIds: [id], ResourceType: "Subnet" }),
    DeleteSubnet: (ec2, SubnetId) => ec2.DeleteSubnet({ SubnetId }),
    DescribeSubnets: (ec2, id) => ec2.DescribeSubnets({ SubnetIds: [id] }),
    ModifySubnetAttribute: (ec2, SubnetId) =>
      ec2.ModifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: true } }),
  },
  "internet-gateway": {
    AttachInternetGateway: (ec2, InternetGatewayId, { vpcId }) =>
      ec2.AttachInternetGateway({ InternetGatewayId, VpcId: vpcId }),
    DeleteInternetGateway: (ec2, InternetGatewayId) => ec2.DeleteInternetGateway({ InternetGatewayId }),
    DescribeInternetGateways: (ec2, id) => ec2.DescribeInternetGateways({ InternetGatewayIds: [id] }),
    DetachInternetGateway: (ec2, InternetGatewayId, { vpcId }) =>
      ec2.DetachInternetGateway({ InternetGatewayId, VpcId: vpcId }),
  },
  "route-table": {
    AssociateRouteTable: (ec2, RouteTableId) =>
      ec2.AssociateRouteTable({ RouteTableId, SubnetId: "subnet-1" }),
    CreateRoute: (ec2, RouteTableId) => ec2.CreateRoute({ RouteTableId, ...route }),
    DeleteRoute: (ec2, RouteTableId) => ec2.DeleteRoute({ RouteTableId, DestinationCidrBlock: CidrBlock }),
    DeleteRouteTable: (ec2, RouteTableId) => ec2.DeleteRouteTable({ RouteTableId }),
    DescribeRouteTables: (ec2, id) => ec2.DescribeRouteTables({ RouteTableIds: [id] }),
    ReplaceRoute: (ec2, RouteTableId) => ec2.ReplaceRoute({ RouteTableId, ...route }),
  },
  "network-acl": {
    CreateNetworkAclEntry: (ec2, NetworkAclId) => ec2.CreateNetworkAclEntry({ NetworkAclId, ...entry }),
    DeleteNetworkAcl: (ec2, NetworkAclId) => ec2.DeleteNetworkAcl({ NetworkAclId }),
    DeleteNetworkAclEntry: (ec2, NetworkAclId) =>
      ec2.DeleteNetworkAclEntry({ NetworkAclId, RuleNumber: 1, Egress: false }),
    DescribeNetworkAcls: (ec2, id) => ec2.DescribeNetworkAcls({ NetworkAclIds: [id] }),
    ReplaceNetworkAclEntry: (ec2, NetworkAclId) => ec2.ReplaceNetworkAclEntry({ NetworkAclId, ...entry }),
  },
  "security-group": {
    AuthorizeSecurityGroupEgress: (ec2, GroupId) =>
      ec2.AuthorizeSecurityGroupEgress({ GroupId, IpPermissions }),
    AuthorizeSecurityGroupIngress: (ec2, GroupId) =>
      ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }),
    "AuthorizeSecurityGroupIngress, a peer": (ec2, id, { groupId }) => {
      const permission = { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: id }] };
      return ec2.AuthorizeSecurityGroupIngress({ GroupId: groupId, IpPermissions: [permission] });
    },
    DeleteSecurityGroup: (ec2, GroupId) => ec2.DeleteSecurityGroup({ GroupId }),
    DescribeSecurityGroups: (ec2, id) => ec2.DescribeSecurityGroups({ GroupIds: [id] }),
    ModifySecurityGroupRules: (ec2, GroupId) =>
      ec2.ModifySecurityGroupRules({ GroupId, SecurityGroupRules: [{ SecurityGroupRuleId: "sgr-1" }] }),
    RevokeSecurityGroupEgress: (ec2, GroupId) => ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions }),
    RevokeSecurityGroupIngress: (ec2, GroupId) => ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions }),
    UpdateSecurityGroupRuleDescriptionsEgress: (ec2, GroupId) =>
      ec2.UpdateSecurityGroupRuleDescriptionsEgress({ GroupId, IpPermissions }),
    UpdateSecurityGroupRuleDescriptionsIngress: (ec2, GroupId) =>
      ec2.UpdateSecurityGroupRuleDescriptionsIngress({ GroupId, IpPermissions }),
  },
  "security-group-rule": {
    DescribeSecurityGroupRules: (ec2, id) => ec2.DescribeSecurityGroupRules({ SecurityGroupRuleIds: [id] }),
    ModifySecurityGroupRules: (ec2, SecurityGroupRuleId, { groupId: GroupId }) =>
      ec2.ModifySecurityGroupRules({ GroupId, SecurityGroupRules: [{ SecurityGroupRuleId }] }),
    RevokeSecurityGroupEgress: (ec2, id, { groupId: GroupId }) =>
      ec2.RevokeSecurityGroupEgress({ GroupId, SecurityGroupRuleIds: [id] }),
    RevokeSecurityGroupIngress: (ec2, id, { groupId: GroupId }) =>
      ec2.RevokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: [id] }),
    UpdateSecurityGroupRuleDescriptionsIngress: (ec2, SecurityGroupRuleId, { groupId: GroupId }) =>
      ec2.UpdateSecurityGroupRuleDescriptionsIngress({
        GroupId,
        SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId }],
      }),
  },
  "network-interface": {
    CreateFlowLogs: (ec2, id) =>
      ec2.CreateFlowLogs({ ...flowLog, ResourceIds: [id], ResourceType: "NetworkInterface" }),
    DescribeNetworkInterfaceAttribute: (ec2, NetworkInterfaceId) =>
      ec2.DescribeNetworkInterfaceAttribute({ NetworkInterfaceId, Attribute }),
    DescribeNetworkInterfaces: (ec2, id) => ec2.DescribeNetworkInterfaces({ NetworkInterfaceIds: [id] }),
    ModifyNetworkInterfaceAttribute: (ec2, NetworkInterfaceId) =>
      ec2.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId, Description: { Value: "" } }),
  },
};

const computeCalls: typeof calls = {
  image: {
    DeregisterImage: (ec2, ImageId) => ec2.DeregisterImage({ ImageId }),
    DescribeImageAttribute: (ec2, ImageId) => ec2.DescribeImageAttribute({ ImageId, Attribute }),
    DescribeImages: (ec2, id) => ec2.DescribeImages({ ImageIds: [id] }),
    RunInstances: (ec2, ImageId) => ec2.RunInstances({ ImageId, MinCount: 1, MaxCount: 1 }),
  },
  instance: {
    AssociateIamInstanceProfile: (ec2, InstanceId) =>
      ec2.AssociateIamInstanceProfile({ InstanceId, IamInstanceProfile: { Name: "a" } }),
    CreateImage: (ec2, InstanceId) => ec2.CreateImage({ InstanceId, Name: "one" }),
    DescribeInstanceAttribute: (ec2, InstanceId) =>
      ec2.DescribeInstanceAttribute({ InstanceId, Attribute: "userData" }),
    DescribeInstanceCreditSpecifications: (ec2, id) =>
      ec2.DescribeInstanceCreditSpecifications({ InstanceIds: [id] }),
    DescribeInstanceStatus: (ec2, id) => ec2.DescribeInstanceStatus({ InstanceIds: [id] }),
    DescribeInstances: (ec2, id) => ec2.DescribeInstances({ InstanceIds: [id] }),
    GetInstanceUefiData: (ec2, InstanceId) => ec2.GetInstanceUefiData({ InstanceId }),
    ModifyInstanceAttribute: (ec2, InstanceId) =>
      ec2.ModifyInstanceAttribute({ InstanceId, SourceDestCheck: { Value: true } }),
    ModifyInstanceCreditSpecification: (ec2, InstanceId) =>
      ec2.ModifyInstanceCreditSpecification({
        InstanceCreditSpecifications: [{ InstanceId, CpuCredits: "standard" }],
      }),
    ModifyInstanceMetadataOptions: (ec2, InstanceId) => ec2.ModifyInstanceMetadataOptions({ InstanceId }),
    MonitorInstances: (ec2, id) => ec2.MonitorInstances({ InstanceIds: [id] }),
    RebootInstances: (ec2, id) => ec2.RebootInstances({ InstanceIds: [id] }),
    StartInstances: (ec2, id) => ec2.StartInstances({ InstanceIds: [id] }),
    StopInstances: (ec2, id) => ec2.StopInstances({ InstanceIds: [id] }),
    TerminateInstances: (ec2, id) => ec2.TerminateInstances({ InstanceIds: [id] }),
    UnmonitorInstances: (ec2, id) => ec2.UnmonitorInstances({ InstanceIds: [id] }),
  },
  "launch-template": {
    CreateLaunchTemplateVersion: (ec2, LaunchTemplateId) =>
      ec2.CreateLaunchTemplateVersion({ LaunchTemplateId, LaunchTemplateData: {} }),
    DeleteLaunchTemplate: (ec2, LaunchTemplateId) => ec2.DeleteLaunchTemplate({ LaunchTemplateId }),
    DeleteLaunchTemplateVersions: (ec2, LaunchTemplateId) =>
      ec2.DeleteLaunchTemplateVersions({ LaunchTemplateId, Versions: ["1"] }),
    DescribeLaunchTemplateVersions: (ec2, LaunchTemplateId) =>
      ec2.DescribeLaunchTemplateVersions({ LaunchTemplateId }),
    DescribeLaunchTemplates: (ec2, id) => ec2.DescribeLaunchTemplates({ LaunchTemplateIds: [id] }),
    ModifyLaunchTemplate: (ec2, LaunchTemplateId) =>
      ec2.ModifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: "1" }),
    RunInstances: (ec2, LaunchTemplateId) =>
      ec2.RunInstances({ LaunchTemplate: { LaunchTemplateId }, MinCount: 1, MaxCount: 1 }),
  },
  "network-insights-path": {
    DeleteNetworkInsightsPath: (ec2, id) => ec2.DeleteNetworkInsightsPath({ NetworkInsightsPathId: id }),
    DescribeNetworkInsightsPaths: (ec2, id) =>
      ec2.DescribeNetworkInsightsPaths({ NetworkInsightsPathIds: [id] }),
    "DescribeNetworkInsightsAnalyses, of a path": (ec2, id) =>
      ec2.DescribeNetworkInsightsAnalyses({ NetworkInsightsPathId: id }),
    StartNetworkInsightsAnalysis: (ec2, id) =>
      ec2.StartNetworkInsightsAnalysis({ NetworkInsightsPathId: id }),
  },
  "network-insights-analysis": {
    DeleteNetworkInsightsAnalysis: (ec2, id) =>
      ec2.DeleteNetworkInsightsAnalysis({ NetworkInsightsAnalysisId: id }),
    DescribeNetworkInsightsAnalyses: (ec2, id) =>
      ec2.DescribeNetworkInsightsAnalyses({ NetworkInsightsAnalysisIds: [id] }),
  },
  "vpc-flow-log": {
    DeleteFlowLogs: (ec2, id) => ec2.DeleteFlowLogs({ FlowLogIds: [id] }),
    DescribeFlowLogs: (ec2, id) => ec2.DescribeFlowLogs({ FlowLogIds: [id] }),
  },
  snapshot: {
    DeleteSnapshot: (ec2, SnapshotId) => ec2.DeleteSnapshot({ SnapshotId }),
    DescribeSnapshots: (ec2, id) => ec2.DescribeSnapshots({ SnapshotIds: [id] }),
  },
  volume: {
    DescribeVolumes: (ec2, id) => ec2.DescribeVolumes({ VolumeIds: [id] }),
    DescribeVolumesModifications: (ec2, id) => ec2.DescribeVolumesModifications({ VolumeIds: [id] }),
    ModifyVolume: (ec2, VolumeId) => ec2.ModifyVolume({ VolumeId, Size: 9 }),
  },
};

const rows = Object.entries({ ...calls, ...computeCalls }).flatMap(([type, actions]) =>
  Object.entries(actions).map(([action, call]) => [type as ResourceType, action, call] as const),
);

test.each(rows)("%s: %s", async (type, action, call) => {
  const { region } = await openRegion();
  const { ec2 } = region.calls;
  const {
    Vpcs: [vpc],
  } = await ec2.DescribeVpcs({});
  const {
    SecurityGroups: [group],
  } = await ec2.DescribeSecurityGroups({ GroupNames: ["default"] });
  const existing = { vpcId: vpc?.VpcId ?? "", groupId: group?.GroupId ?? "" };
  const { prefix, malformed, notFound } = resourceTypes[type];
  const codeFor = async (id: string) =>
    call(ec2, id, existing).catch((error: unknown) => (error as Error).name);
  expect(await codeFor(`${prefix}-0123456789abcdef0`)).toBe(notFound);
  // An id's type is known by its prefix alone where it may be of any.
  if (!action.endsWith("Tags")) expect(await codeFor("nonsense")).toBe(malformed);
});
