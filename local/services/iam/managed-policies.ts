/**
 * The AWS managed policies that the region knows, with AWS's documents: those that a host's role often has. Source: AWS
 * Managed Policy Reference, a page for each.
 */
import { createHash } from "node:crypto";
import { identityPolicy, type PolicyDocument } from "./policy-documents";

export interface ManagedPolicy {
  name: string;
  path: string;
  arn: string;
  id: string;
  description: string;
  /** Of its only version here, the default one. */
  versionId: string;
  created: Date;
  updated: Date;
  document: PolicyDocument;
}

/** A statement's actions of one service. */
const actions = (service: string, names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map(name => `${service}:${name}`);
const allow = (...Action: string[]) => ({ Effect: "Allow", Action, Resource: "*" });

const vpcFullAccess = `
  AcceptVpcPeeringConnection AcceptVpcEndpointConnections AllocateAddress AssignIpv6Addresses
  AssignPrivateIpAddresses AssociateAddress AssociateDhcpOptions AssociateRouteTable
  AssociateSecurityGroupVpc AssociateSubnetCidrBlock AssociateVpcCidrBlock AttachClassicLinkVpc
  AttachInternetGateway AttachNetworkInterface AttachVpnGateway AuthorizeSecurityGroupEgress
  AuthorizeSecurityGroupIngress CreateCarrierGateway CreateCustomerGateway CreateDefaultSubnet
  CreateDefaultVpc CreateDhcpOptions CreateEgressOnlyInternetGateway CreateFlowLogs CreateInternetGateway
  CreateLocalGatewayRouteTableVpcAssociation CreateNatGateway CreateNetworkAcl CreateNetworkAclEntry
  CreateNetworkInterface CreateNetworkInterfacePermission CreateRoute CreateRouteTable CreateSecurityGroup
  CreateSubnet CreateTags CreateVpc CreateVpcEndpoint CreateVpcEndpointConnectionNotification
  CreateVpcEndpointServiceConfiguration CreateVpcPeeringConnection CreateVpnConnection
  CreateVpnConnectionRoute CreateVpnGateway DeleteCarrierGateway DeleteCustomerGateway DeleteDhcpOptions
  DeleteEgressOnlyInternetGateway DeleteFlowLogs DeleteInternetGateway
  DeleteLocalGatewayRouteTableVpcAssociation DeleteNatGateway DeleteNetworkAcl DeleteNetworkAclEntry
  DeleteNetworkInterface DeleteNetworkInterfacePermission DeleteRoute DeleteRouteTable DeleteSecurityGroup
  DeleteSubnet DeleteTags DeleteVpc DeleteVpcEndpoints DeleteVpcEndpointConnectionNotifications
  DeleteVpcEndpointServiceConfigurations DeleteVpcPeeringConnection DeleteVpnConnection
  DeleteVpnConnectionRoute DeleteVpnGateway DescribeAccountAttributes DescribeAddresses
  DescribeAvailabilityZones DescribeCarrierGateways DescribeClassicLinkInstances DescribeCustomerGateways
  DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeFlowLogs DescribeInstances
  DescribeInternetGateways DescribeIpv6Pools DescribeLocalGatewayRouteTables
  DescribeLocalGatewayRouteTableVpcAssociations DescribeKeyPairs DescribeMovingAddresses
  DescribeNatGateways DescribeNetworkAcls DescribeNetworkInterfaceAttribute
  DescribeNetworkInterfacePermissions DescribeNetworkInterfaces DescribePrefixLists DescribeRouteTables
  DescribeSecurityGroupReferences DescribeSecurityGroupRules DescribeSecurityGroups
  DescribeSecurityGroupVpcAssociations DescribeStaleSecurityGroups DescribeSubnets DescribeTags
  DescribeVpcAttribute DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport
  DescribeVpcEndpointConnectionNotifications DescribeVpcEndpointConnections DescribeVpcEndpoints
  DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServicePermissions
  DescribeVpcEndpointServices DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConnections
  DescribeVpnGateways DetachClassicLinkVpc DetachInternetGateway DetachNetworkInterface DetachVpnGateway
  DisableVgwRoutePropagation DisableVpcClassicLink DisableVpcClassicLinkDnsSupport DisassociateAddress
  DisassociateRouteTable DisassociateSecurityGroupVpc DisassociateSubnetCidrBlock DisassociateVpcCidrBlock
  EnableVgwRoutePropagation EnableVpcClassicLink EnableVpcClassicLinkDnsSupport GetSecurityGroupsForVpc
  ModifyNetworkInterfaceAttribute ModifySecurityGroupRules ModifySubnetAttribute ModifyVpcAttribute
  ModifyVpcEndpoint ModifyVpcEndpointConnectionNotification ModifyVpcEndpointServiceConfiguration
  ModifyVpcEndpointServicePermissions ModifyVpcPeeringConnectionOptions ModifyVpcTenancy MoveAddressToVpc
  RejectVpcEndpointConnections RejectVpcPeeringConnection ReleaseAddress ReplaceNetworkAclAssociation
  ReplaceNetworkAclEntry ReplaceRoute ReplaceRouteTableAssociation ResetNetworkInterfaceAttribute
  RestoreAddressToClassic RevokeSecurityGroupEgress RevokeSecurityGroupIngress UnassignIpv6Addresses
  UnassignPrivateIpAddresses UpdateSecurityGroupRuleDescriptionsEgress
  UpdateSecurityGroupRuleDescriptionsIngress
`;

const vpcReadOnlyAccess = `
  DescribeAccountAttributes DescribeAddresses DescribeCarrierGateways DescribeClassicLinkInstances
  DescribeCustomerGateways DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeFlowLogs
  DescribeInternetGateways DescribeLocalGatewayRouteTables DescribeLocalGatewayRouteTableVpcAssociations
  DescribeMovingAddresses DescribeNatGateways DescribeNetworkAcls DescribeNetworkInterfaceAttribute
  DescribeNetworkInterfacePermissions DescribeNetworkInterfaces DescribePrefixLists DescribeRouteTables
  DescribeSecurityGroupReferences DescribeSecurityGroupRules DescribeSecurityGroups
  DescribeSecurityGroupVpcAssociations DescribeStaleSecurityGroups DescribeSubnets DescribeTags
  DescribeVpcAttribute DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport DescribeVpcEndpoints
  DescribeVpcEndpointConnectionNotifications DescribeVpcEndpointConnections
  DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServicePermissions
  DescribeVpcEndpointServices DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConnections
  DescribeVpnGateways GetSecurityGroupsForVpc
`;

type Definition = [
  description: string,
  versionId: string,
  created: string,
  updated: string,
  statements: object[],
];

const definitions: Record<string, Definition> = {
  AdministratorAccess: [
    "Provides full access to AWS services and resources.",
    "v1",
    "2015-02-06T18:39:46Z",
    "2015-02-06T18:39:46Z",
    [allow("*")],
  ],
  AmazonEC2FullAccess: [
    "Provides full access to Amazon EC2 via the AWS Management Console.",
    "v5",
    "2015-02-06T18:40:15Z",
    "2018-11-27T02:16:56Z",
    [
      allow("ec2:*"),
      allow("elasticloadbalancing:*"),
      allow("cloudwatch:*"),
      allow("autoscaling:*"),
      {
        ...allow("iam:CreateServiceLinkedRole"),
        Condition: {
          StringEquals: {
            "iam:AWSServiceName": [
              "autoscaling.amazonaws.com",
              "ec2scheduled.amazonaws.com",
              "elasticloadbalancing.amazonaws.com",
              "spot.amazonaws.com",
              "spotfleet.amazonaws.com",
              "transitgateway.amazonaws.com",
            ],
          },
        },
      },
    ],
  ],
  AmazonEC2ReadOnlyAccess: [
    "Provides read only access to Amazon EC2 via the AWS Management Console.",
    "v5",
    "2015-02-06T18:40:17Z",
    "2026-02-12T18:03:17Z",
    [
      allow("ec2:Describe*", "ec2:GetSecurityGroupsForVpc"),
      allow("elasticloadbalancing:Describe*"),
      allow("cloudwatch:ListMetrics", "cloudwatch:GetMetricStatistics", "cloudwatch:Describe*"),
      allow("autoscaling:Describe*"),
    ],
  ],
  AmazonSSMManagedInstanceCore: [
    "The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.",
    "v2",
    "2019-03-15T17:22:12Z",
    "2019-05-23T16:54:21Z",
    [
      allow(
        ...actions(
          "ssm",
          "DescribeAssociation GetDeployablePatchSnapshotForInstance GetDocument DescribeDocument GetManifest GetParameter GetParameters ListAssociations ListInstanceAssociations PutInventory PutComplianceItems PutConfigurePackageResult UpdateAssociationStatus UpdateInstanceAssociationStatus UpdateInstanceInformation",
        ),
      ),
      allow(
        ...actions(
          "ssmmessages",
          "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel",
        ),
      ),
      allow(
        ...actions(
          "ec2messages",
          "AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply",
        ),
      ),
    ],
  ],
  AmazonVPCFullAccess: [
    "Provides full access to Amazon VPC via the AWS Management Console.",
    "v13",
    "2015-02-06T18:41:16Z",
    "2026-02-12T18:00:44Z",
    [{ ...allow(...actions("ec2", vpcFullAccess)), Sid: "AmazonVPCFullAccess" }],
  ],
  AmazonVPCReadOnlyAccess: [
    "Provides read only access to Amazon VPC via the AWS Management Console.",
    "v12",
    "2015-02-06T18:41:17Z",
    "2026-02-12T17:58:19Z",
    [{ ...allow(...actions("ec2", vpcReadOnlyAccess)), Sid: "AmazonVPCReadOnlyAccess" }],
  ],
  CloudWatchAgentServerPolicy: [
    "Permissions required to use AmazonCloudWatchAgent on servers",
    "v3",
    "2018-03-07T01:06:44Z",
    "2024-02-06T16:37:37Z",
    [
      {
        ...allow(
          "cloudwatch:PutMetricData",
          "ec2:DescribeVolumes",
          "ec2:DescribeTags",
          "logs:PutLogEvents",
          "logs:PutRetentionPolicy",
          "logs:DescribeLogStreams",
          "logs:DescribeLogGroups",
          "logs:CreateLogStream",
          "logs:CreateLogGroup",
          "xray:PutTraceSegments",
          "xray:PutTelemetryRecords",
          "xray:GetSamplingRules",
          "xray:GetSamplingTargets",
          "xray:GetSamplingStatisticSummaries",
        ),
        Sid: "CWACloudWatchServerPermissions",
      },
      {
        ...allow("ssm:GetParameter"),
        Sid: "CWASSMServerPermissions",
        Resource: "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*",
      },
    ],
  ],
};

export const managedPolicies: readonly ManagedPolicy[] = Object.entries(definitions).map(
  ([name, [description, versionId, created, updated, Statement]]) => ({
    name,
    path: "/",
    arn: `arn:aws:iam::aws:policy/${name}`,
    // AWS's own ids aren't documented.
    id: `ANPA${createHash("sha256").update(name).digest("hex").slice(0, 17).toUpperCase()}`,
    description,
    versionId,
    created: new Date(created),
    updated: new Date(updated),
    document: identityPolicy(JSON.stringify({ Version: "2012-10-17", Statement })),
  }),
);

export function managedPolicy(arn: string): ManagedPolicy | undefined {
  return managedPolicies.find(policy => policy.arn === arn);
}

/** What to add to the refusal of an unknown policy that AWS may well have. */
export function hintAbout(arn: string): string {
  if (!arn.startsWith("arn:aws:iam::aws:policy/") || managedPolicy(arn)) return "";
  return (
    ` Of the AWS managed policies, the local region knows ${managedPolicies.map(({ name }) => name).join(", ")}. ` +
    "To add one, extend local/services/iam/managed-policies.ts."
  );
}
