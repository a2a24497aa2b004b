/** VPCs, subnets, routes and network ACLs: entries of the model that the judge reads. */
import { z } from "zod";
import { AddressPool, resourceId } from "../../identifiers";
import { defaultAclEntries } from "../../network/reachability/network-acl";
import { handler, type Handlers } from "./handler";

export const tags = z.record(z.string(), z.string()).default({});
const cidr = z.cidrv4();

export const network: Handlers = {
  "aws:ec2/vpc:Vpc": handler({
    inputs: z.strictObject({
      cidrBlock: cidr,
      enableDnsHostnames: z.boolean().optional(),
      enableDnsSupport: z.boolean().optional(),
      tags,
    }),
    create({ region: { vpc } }, { cidrBlock, tags }) {
      const id = resourceId("vpc");
      const routeTableId = resourceId("rtb");
      const networkAclId = resourceId("acl");
      const groupId = resourceId("sg");
      vpc.vpcs.set(id, { id, cidrBlock, tags });
      // What AWS makes with every VPC: a main route table that knows the VPC only, an ACL that allows all, and a
      // security group that allows what comes from its own members, and all that they send.
      vpc.routeTables.set(routeTableId, {
        id: routeTableId,
        vpcId: id,
        main: true,
        routes: [{ destinationCidrBlock: cidrBlock, gatewayId: "local" }],
        tags: {},
      });
      vpc.networkAcls.set(networkAclId, {
        id: networkAclId,
        vpcId: id,
        isDefault: true,
        entries: [...defaultAclEntries],
        tags: {},
      });
      const description = "default VPC security group";
      vpc.securityGroups.set(groupId, {
        id: groupId,
        vpcId: id,
        groupName: "default",
        description,
        tags: {},
      });
      for (const rule of [
        { egress: false, referencedSecurityGroupId: groupId },
        { egress: true, cidrIpv4: "0.0.0.0/0" },
      ]) {
        const ruleId = resourceId("sgr");
        vpc.securityGroupRules.set(ruleId, { id: ruleId, groupId, ipProtocol: "-1", ...rule });
      }
      return {
        id,
        outputs: {
          mainRouteTableId: routeTableId,
          defaultNetworkAclId: networkAclId,
          defaultSecurityGroupId: groupId,
        },
      };
    },
    delete({ region: { vpc }, id }) {
      for (const map of [vpc.routeTables, vpc.networkAcls, vpc.securityGroups]) {
        for (const owned of [...map.values()]) if (owned.vpcId === id) map.delete(owned.id);
      }
      for (const { id, groupId } of [...vpc.securityGroupRules.values()])
        if (!vpc.securityGroups.has(groupId)) vpc.securityGroupRules.delete(id);
      vpc.vpcs.delete(id);
    },
  }),

  "aws:ec2/internetGateway:InternetGateway": handler({
    inputs: z.strictObject({ vpcId: z.string(), tags }),
    create({ region: { vpc } }, { vpcId, tags }) {
      const id = resourceId("igw");
      vpc.internetGateways.set(id, { id, vpcId, tags });
      return { id };
    },
    delete({ region: { vpc }, id }) {
      vpc.internetGateways.delete(id);
    },
  }),

  "aws:ec2/subnet:Subnet": handler({
    inputs: z.strictObject({
      vpcId: z.string(),
      cidrBlock: cidr,
      availabilityZone: z.string(),
      mapPublicIpOnLaunch: z.boolean().default(false),
      tags,
    }),
    create({ region }, inputs) {
      const id = resourceId("subnet");
      region.vpc.subnets.set(id, { id, ...inputs });
      region.privateAddresses.set(id, new AddressPool(inputs.cidrBlock));
      return { id };
    },
    delete({ region, id }) {
      region.vpc.subnets.delete(id);
      region.privateAddresses.delete(id);
    },
  }),

  "aws:ec2/routeTable:RouteTable": handler({
    inputs: z.strictObject({ vpcId: z.string(), tags }),
    create({ region: { vpc } }, { vpcId, tags }) {
      const id = resourceId("rtb");
      const own = vpc.vpcs.get(vpcId)?.cidrBlock;
      vpc.routeTables.set(id, {
        id,
        vpcId,
        main: false,
        routes: own === undefined ? [] : [{ destinationCidrBlock: own, gatewayId: "local" }],
        tags,
      });
      return { id };
    },
    delete({ region: { vpc }, id }) {
      vpc.routeTables.delete(id);
    },
  }),

  "aws:ec2/route:Route": handler({
    inputs: z.strictObject({ routeTableId: z.string(), destinationCidrBlock: cidr, gatewayId: z.string() }),
    create({ region: { vpc } }, { routeTableId, destinationCidrBlock, gatewayId }) {
      const table = vpc.routeTables.get(routeTableId);
      if (!table)
        throw new Error(`InvalidRouteTableID.NotFound: The routeTable ID '${routeTableId}' does not exist`);
      table.routes.push({ destinationCidrBlock, gatewayId });
      return { id: resourceId("r") };
    },
    delete({ region: { vpc }, inputs: { routeTableId, destinationCidrBlock } }) {
      const table = vpc.routeTables.get(routeTableId);
      if (table)
        table.routes = table.routes.filter(route => route.destinationCidrBlock !== destinationCidrBlock);
    },
  }),

  "aws:ec2/routeTableAssociation:RouteTableAssociation": handler({
    inputs: z.strictObject({ subnetId: z.string(), routeTableId: z.string() }),
    create({ region: { vpc } }, inputs) {
      const id = resourceId("rtbassoc");
      vpc.routeTableAssociations.set(id, { id, ...inputs });
      return { id };
    },
    delete({ region: { vpc }, id }) {
      vpc.routeTableAssociations.delete(id);
    },
  }),

  "aws:ec2/networkAcl:NetworkAcl": handler({
    inputs: z.strictObject({ vpcId: z.string(), tags }),
    create({ region: { vpc } }, { vpcId, tags }) {
      const id = resourceId("acl");
      vpc.networkAcls.set(id, { id, vpcId, isDefault: false, entries: [], tags });
      return { id };
    },
    delete({ region: { vpc }, id }) {
      vpc.networkAcls.delete(id);
    },
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
    create({ region: { vpc } }, { networkAclId, fromPort, toPort, ...entry }) {
      const acl = vpc.networkAcls.get(networkAclId);
      if (!acl)
        throw new Error(`InvalidNetworkAclID.NotFound: The networkAcl ID '${networkAclId}' does not exist`);
      if (
        acl.entries.some(
          ({ ruleNumber, egress }) => ruleNumber === entry.ruleNumber && egress === entry.egress,
        )
      ) {
        throw new Error(
          `NetworkAclEntryAlreadyExists: The network acl entry identified by ${entry.ruleNumber} already exists.`,
        );
      }
      acl.entries.push({ ...entry, portRange: { from: fromPort, to: toPort } });
      return { id: resourceId("nacl") };
    },
    delete({ region: { vpc }, inputs }) {
      const acl = vpc.networkAcls.get(inputs.networkAclId);
      if (!acl) return;
      acl.entries = acl.entries.filter(
        ({ ruleNumber, egress }) => ruleNumber !== inputs.ruleNumber || egress !== inputs.egress,
      );
    },
  }),

  "aws:ec2/networkAclAssociation:NetworkAclAssociation": handler({
    inputs: z.strictObject({ networkAclId: z.string(), subnetId: z.string() }),
    create({ region: { vpc } }, inputs) {
      const id = resourceId("aclassoc");
      vpc.networkAclAssociations.set(id, { id, ...inputs });
      return { id };
    },
    delete({ region: { vpc }, id }) {
      vpc.networkAclAssociations.delete(id);
    },
  }),
};
