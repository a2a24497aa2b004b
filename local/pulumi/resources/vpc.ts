/** VPCs, subnets, routes and network ACLs. */
import { z } from "zod";
import { resourceId } from "../../identifiers";
import { required, resourceType, tags, tagSpecifications, type ResourceTypes } from "./resource-type";

const cidr = z.cidrv4();
const port = z.int().min(-1).max(65535).default(0);

export const vpcTypes: ResourceTypes = {
  "aws:ec2/vpc:Vpc": resourceType({
    inputs: z.strictObject({
      cidrBlock: cidr,
      instanceTenancy: z.string().default("default"),
      enableDnsHostnames: z.boolean().default(false),
      enableDnsSupport: z.boolean().default(true),
      tags,
    }),
    async create({ ec2 }, { cidrBlock, instanceTenancy, enableDnsHostnames, enableDnsSupport, tags }) {
      const { Vpc } = await ec2.CreateVpc({
        CidrBlock: cidrBlock,
        InstanceTenancy: instanceTenancy as "default",
        AmazonProvidedIpv6CidrBlock: false,
        ...tagSpecifications("vpc", tags),
      });
      const VpcId = required(Vpc.VpcId, "VpcId");
      // A call changes one attribute.
      if (!enableDnsSupport) await ec2.ModifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: false } });
      if (enableDnsHostnames) await ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
      const ofVpc = { Name: "vpc-id", Values: [VpcId] };
      const [tables, acls, groups] = await Promise.all([
        ec2.DescribeRouteTables({ Filters: [ofVpc, { Name: "association.main", Values: ["true"] }] }),
        ec2.DescribeNetworkAcls({ Filters: [ofVpc, { Name: "default", Values: ["true"] }] }),
        ec2.DescribeSecurityGroups({ Filters: [ofVpc, { Name: "group-name", Values: ["default"] }] }),
      ]);
      return {
        id: VpcId,
        outputs: {
          mainRouteTableId: tables.RouteTables[0]?.RouteTableId,
          defaultRouteTableId: tables.RouteTables[0]?.RouteTableId,
          defaultNetworkAclId: acls.NetworkAcls?.[0]?.NetworkAclId,
          defaultSecurityGroupId: groups.SecurityGroups[0]?.GroupId,
        },
      };
    },
  }),

  "aws:ec2/flowLog:FlowLog": resourceType({
    inputs: z.strictObject({
      vpcId: z.string(),
      trafficType: z.string(),
      logDestinationType: z.string().default("cloud-watch-logs"),
      logDestination: z.string().optional(),
      iamRoleArn: z.string().optional(),
      logFormat: z.string().optional(),
      maxAggregationInterval: z.int().default(600),
      tags,
    }),
    async create({ ec2 }, inputs) {
      const { FlowLogIds } = await ec2.CreateFlowLogs({
        ResourceIds: [inputs.vpcId],
        ResourceType: "VPC",
        TrafficType: inputs.trafficType as "ALL",
        LogDestinationType: inputs.logDestinationType as "s3",
        LogDestination: inputs.logDestination,
        DeliverLogsPermissionArn: inputs.iamRoleArn,
        LogFormat: inputs.logFormat,
        MaxAggregationInterval: inputs.maxAggregationInterval,
        ...tagSpecifications("vpc-flow-log", inputs.tags),
      });
      return { id: required(FlowLogIds[0], "FlowLogIds") };
    },
  }),

  "aws:ec2/internetGateway:InternetGateway": resourceType({
    inputs: z.strictObject({ vpcId: z.string().optional(), tags }),
    async create({ ec2 }, { vpcId, tags }) {
      const { InternetGateway } = await ec2.CreateInternetGateway(
        tagSpecifications("internet-gateway", tags),
      );
      const InternetGatewayId = required(InternetGateway.InternetGatewayId, "InternetGatewayId");
      if (vpcId !== undefined) await ec2.AttachInternetGateway({ InternetGatewayId, VpcId: vpcId });
      return { id: InternetGatewayId };
    },
  }),

  "aws:ec2/subnet:Subnet": resourceType({
    inputs: z.strictObject({
      vpcId: z.string(),
      cidrBlock: cidr,
      availabilityZone: z.string().optional(),
      mapPublicIpOnLaunch: z.boolean().default(false),
      tags,
    }),
    async create({ ec2 }, { vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags }) {
      const { Subnet } = await ec2.CreateSubnet({
        VpcId: vpcId,
        CidrBlock: cidrBlock,
        AvailabilityZone: availabilityZone,
        ...tagSpecifications("subnet", tags),
      });
      const SubnetId = required(Subnet.SubnetId, "SubnetId");
      if (mapPublicIpOnLaunch)
        await ec2.ModifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: true } });
      return { id: SubnetId, outputs: { availabilityZone: Subnet.AvailabilityZone } };
    },
  }),

  "aws:ec2/routeTable:RouteTable": resourceType({
    inputs: z.strictObject({ vpcId: z.string(), tags }),
    async create({ ec2 }, { vpcId, tags }) {
      const { RouteTable } = await ec2.CreateRouteTable({
        VpcId: vpcId,
        ...tagSpecifications("route-table", tags),
      });
      return { id: required(RouteTable.RouteTableId, "RouteTableId") };
    },
  }),

  "aws:ec2/route:Route": resourceType({
    inputs: z.strictObject({ routeTableId: z.string(), destinationCidrBlock: cidr, gatewayId: z.string() }),
    async create({ ec2 }, { routeTableId, destinationCidrBlock, gatewayId }) {
      await ec2.CreateRoute({
        RouteTableId: routeTableId,
        DestinationCidrBlock: destinationCidrBlock,
        GatewayId: gatewayId,
      });
      // The API gives routes no id; the provider makes one up.
      return { id: resourceId("r") };
    },
  }),

  "aws:ec2/routeTableAssociation:RouteTableAssociation": resourceType({
    inputs: z.strictObject({ subnetId: z.string(), routeTableId: z.string() }),
    async create({ ec2 }, { subnetId, routeTableId }) {
      const { AssociationId } = await ec2.AssociateRouteTable({
        SubnetId: subnetId,
        RouteTableId: routeTableId,
      });
      return { id: required(AssociationId, "AssociationId") };
    },
  }),

  "aws:ec2/networkAcl:NetworkAcl": resourceType({
    inputs: z.strictObject({ vpcId: z.string(), tags }),
    async create({ ec2 }, { vpcId, tags }) {
      const { NetworkAcl } = await ec2.CreateNetworkAcl({
        VpcId: vpcId,
        ...tagSpecifications("network-acl", tags),
      });
      return { id: required(NetworkAcl.NetworkAclId, "NetworkAclId") };
    },
  }),

  "aws:ec2/networkAclRule:NetworkAclRule": resourceType({
    inputs: z.strictObject({
      networkAclId: z.string(),
      ruleNumber: z.int(),
      egress: z.boolean().default(false),
      protocol: z.string(),
      ruleAction: z.enum(["allow", "deny"]),
      cidrBlock: cidr,
      fromPort: port,
      toPort: port,
    }),
    async create({ ec2 }, inputs) {
      await ec2.CreateNetworkAclEntry({
        NetworkAclId: inputs.networkAclId,
        RuleNumber: inputs.ruleNumber,
        Egress: inputs.egress,
        Protocol: protocolNumbers[inputs.protocol.toLowerCase()] ?? inputs.protocol,
        RuleAction: inputs.ruleAction,
        CidrBlock: inputs.cidrBlock,
        PortRange: { From: inputs.fromPort, To: inputs.toPort },
      });
      return { id: resourceId("nacl") };
    },
  }),

  "aws:ec2/networkAclAssociation:NetworkAclAssociation": resourceType({
    inputs: z.strictObject({ networkAclId: z.string(), subnetId: z.string() }),
    async create({ ec2 }, { networkAclId, subnetId }) {
      // Every subnet has an association, with the default ACL at first; it is replaced.
      const { NetworkAcls: [current] = [] } = await ec2.DescribeNetworkAcls({
        Filters: [{ Name: "association.subnet-id", Values: [subnetId] }],
      });
      const association = current?.Associations?.find(each => each.SubnetId === subnetId);
      const { NewAssociationId } = await ec2.ReplaceNetworkAclAssociation({
        AssociationId: required(association?.NetworkAclAssociationId, `association of ${subnetId}`),
        NetworkAclId: networkAclId,
      });
      return { id: required(NewAssociationId, "NewAssociationId") };
    },
  }),
};

/** The provider sends protocols by their IANA numbers. */
const protocolNumbers: Record<string, string> = { all: "-1", icmp: "1", tcp: "6", udp: "17" };
