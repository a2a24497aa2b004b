/** VPCs, subnets, routes and network ACLs. */
import { z } from "zod";
import { resourceId } from "../../identifiers";
import type { Ec2 } from "../../services/ec2/ec2";
import { find } from "../../services/ec2/resource-types";
import { createInternetGateway } from "../../services/ec2/internet-gateways";
import {
  associateNetworkAcl,
  defaultNetworkAclOf,
  deleteEntry,
  entryWith,
  putEntry,
} from "../../services/ec2/network-acls";
import { networkRefusals } from "../../services/ec2/network-refusals";
import { createRoute, createRouteTable, deleteRoute } from "../../services/ec2/route-tables";
import { createSubnet, deleteSubnet } from "../../services/ec2/subnets";
import { createVpc, deleteVpc } from "../../services/ec2/vpcs";
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

  "aws:ec2/internetGateway:InternetGateway": handler({
    inputs: inVpc,
    create: (_name, inputs) => ({ id: createInternetGateway(vpc, inputs).id }),
    delete: ({ id }) => vpc.internetGateways.delete(id),
  }),

  "aws:ec2/subnet:Subnet": handler({
    inputs: z.strictObject({
      vpcId: z.string(),
      cidrBlock: cidr,
      availabilityZone: z.string(),
      mapPublicIpOnLaunch: z.boolean().default(false),
      tags,
    }),
    create: (_name, inputs) => ({
      id: createSubnet({ vpc, interfaces }, { ...inputs, defaultForAz: false }).id,
    }),
    delete: ({ id }) => deleteSubnet({ vpc, interfaces }, id),
  }),

  "aws:ec2/routeTable:RouteTable": handler({
    inputs: inVpc,
    create: (_name, inputs) => ({ id: createRouteTable(vpc, inputs).id }),
    delete: ({ id }) => vpc.routeTables.delete(id),
  }),

  "aws:ec2/route:Route": handler({
    inputs: z.strictObject({ routeTableId: z.string(), destinationCidrBlock: cidr, gatewayId: z.string() }),
    create(_name, { routeTableId, destinationCidrBlock, gatewayId }) {
      const table = find(vpc.routeTables, "route-table", routeTableId);
      createRoute(table, destinationCidrBlock, gatewayId);
      return { id: resourceId("r") };
    },
    delete({ inputs: { routeTableId, destinationCidrBlock } }) {
      const table = vpc.routeTables.get(routeTableId);
      if (table) deleteRoute(table, destinationCidrBlock);
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
      if (entryWith(acl, entry)) throw networkRefusals.entryExists(entry.ruleNumber);
      putEntry(acl, { ...entry, portRange: { from: fromPort, to: toPort } });
      return { id: resourceId("nacl") };
    },
    delete({ inputs }) {
      const acl = vpc.networkAcls.get(inputs.networkAclId);
      if (acl) deleteEntry(acl, inputs);
    },
  }),

  "aws:ec2/networkAclAssociation:NetworkAclAssociation": handler({
    inputs: z.strictObject({ networkAclId: z.string(), subnetId: z.string() }),
    create: (_name, { networkAclId, subnetId }) => ({ id: associateNetworkAcl(vpc, subnetId, networkAclId) }),
    delete({ inputs: { subnetId } }) {
      const subnet = vpc.subnets.get(subnetId);
      if (subnet) associateNetworkAcl(vpc, subnetId, defaultNetworkAclOf(vpc, subnet.vpcId).id);
    },
  }),
});
