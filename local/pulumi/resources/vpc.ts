/** VPCs, subnets, routes and network ACLs. */
import { z } from "zod";
import { AwsError } from "../../api/aws-error";
import { resourceId } from "../../identifiers";
import type { NetworkAcl } from "../../network/reachability/vpc-model";
import type { Ec2 } from "../../services/ec2/ec2";
import { find } from "../../services/ec2/resource-types";
import { createRouteTable, createVpc, deleteVpc } from "../../services/ec2/vpcs";
import { handler, recordHandler, tags, type Handlers } from "./handler";

const cidr = z.cidrv4();
const inVpc = z.strictObject({ vpcId: z.string(), tags });

export const vpcHandlers = ({ vpc, interfaces }: Pick<Ec2, "vpc" | "interfaces">): Handlers => ({
  "aws:ec2/vpc:Vpc": handler({
    inputs: z.strictObject({
      cidrBlock: cidr,
      enableDnsHostnames: z.boolean().optional(),
      enableDnsSupport: z.boolean().optional(),
      tags,
    }),
    create(_name, { cidrBlock, tags }) {
      const { vpcId: id, ...outputs } = createVpc(vpc, { cidrBlock, tags });
      return { id, outputs };
    },
    delete: ({ id }) => deleteVpc(vpc, id),
  }),

  "aws:ec2/internetGateway:InternetGateway": recordHandler("igw", vpc.internetGateways, inVpc),

  "aws:ec2/subnet:Subnet": handler({
    inputs: z.strictObject({
      vpcId: z.string(),
      cidrBlock: cidr,
      availabilityZone: z.string(),
      mapPublicIpOnLaunch: z.boolean().default(false),
      tags,
    }),
    create(_name, inputs) {
      const id = resourceId("subnet");
      vpc.subnets.set(id, { id, ...inputs });
      interfaces.addSubnet(id, inputs.cidrBlock);
      return { id };
    },
    delete({ id }) {
      vpc.subnets.delete(id);
      interfaces.removeSubnet(id);
    },
  }),

  "aws:ec2/routeTable:RouteTable": handler({
    inputs: inVpc,
    create: (_name, inputs) => ({ id: createRouteTable(vpc, inputs) }),
    delete: ({ id }) => vpc.routeTables.delete(id),
  }),

  "aws:ec2/route:Route": handler({
    inputs: z.strictObject({ routeTableId: z.string(), destinationCidrBlock: cidr, gatewayId: z.string() }),
    create(_name, { routeTableId, destinationCidrBlock, gatewayId }) {
      const table = find(vpc.routeTables, "route-table", routeTableId);
      table.routes.push({ destinationCidrBlock, gatewayId });
      return { id: resourceId("r") };
    },
    delete({ inputs: { routeTableId, destinationCidrBlock } }) {
      const table = vpc.routeTables.get(routeTableId);
      if (table)
        table.routes = table.routes.filter(route => route.destinationCidrBlock !== destinationCidrBlock);
    },
  }),

  "aws:ec2/routeTableAssociation:RouteTableAssociation": recordHandler(
    "rtbassoc",
    vpc.routeTableAssociations,
    z.strictObject({ subnetId: z.string(), routeTableId: z.string() }),
  ),

  "aws:ec2/networkAcl:NetworkAcl": handler({
    inputs: inVpc,
    create(_name, inputs) {
      const id = resourceId("acl");
      vpc.networkAcls.set(id, { id, ...inputs, isDefault: false, entries: [] });
      return { id };
    },
    delete: ({ id }) => vpc.networkAcls.delete(id),
  }),

  "aws:ec2/networkAclRule:NetworkAclRule": handler({
    inputs: z.strictObject({
      networkAclId: z.string(),
      ruleNumber: z.int().min(1).max(32766),
      egress: z.boolean(),
      protocol: z.enum(["6", "-1"]),
      ruleAction: z.enum(["allow", "deny"]),
      cidrBlock: cidr,
      fromPort: z.int().min(0).max(65535),
      toPort: z.int().min(0).max(65535),
    }),
    create(_name, { networkAclId, fromPort, toPort, ...entry }) {
      const acl = find(vpc.networkAcls, "network-acl", networkAclId);
      if (acl.entries.some(hasSameNumber(entry)))
        throw new AwsError(
          "NetworkAclEntryAlreadyExists",
          `The network acl entry identified by ${entry.ruleNumber} already exists.`,
        );
      acl.entries.push({ ...entry, portRange: { from: fromPort, to: toPort } });
      return { id: resourceId("nacl") };
    },
    delete({ inputs }) {
      const acl = vpc.networkAcls.get(inputs.networkAclId);
      const isDeleted = hasSameNumber(inputs);
      if (acl) acl.entries = acl.entries.filter(entry => !isDeleted(entry));
    },
  }),

  "aws:ec2/networkAclAssociation:NetworkAclAssociation": recordHandler(
    "aclassoc",
    vpc.networkAclAssociations,
    z.strictObject({ networkAclId: z.string(), subnetId: z.string() }),
  ),
});

/** Identifies an ACL entry: numbers are unique per direction. */
type EntryNumber = Pick<NetworkAcl["entries"][number], "ruleNumber" | "egress">;
const hasSameNumber =
  ({ ruleNumber, egress }: EntryNumber) =>
  (entry: EntryNumber) =>
    entry.ruleNumber === ruleNumber && entry.egress === egress;
