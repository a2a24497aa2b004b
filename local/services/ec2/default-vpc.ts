/** The default VPC that each new AWS account has. Source: VPC User Guide, "Default VPC components". */
import type { Ec2 } from "./ec2";
import { createInternetGateway } from "./internet-gateways";
import { allAddresses, createRoute } from "./route-tables";
import { find } from "./resource-types";
import { createSubnet } from "./subnets";
import { createVpc } from "./vpcs";

/** A /16 with a public /20 in each zone; returns its id. */
export function createDefaultVpc(
  { vpc, interfaces }: Pick<Ec2, "vpc" | "interfaces">,
  zones: readonly string[],
): string {
  const cidrBlock = "172.31.0.0/16";
  const { vpcId, mainRouteTableId } = createVpc(vpc, { cidrBlock, isDefault: true, tags: {} });
  const { id: gatewayId } = createInternetGateway(vpc, { vpcId, tags: {} });
  createRoute(find(vpc.routeTables, "route-table", mainRouteTableId), allAddresses, gatewayId);
  for (const [index, availabilityZone] of zones.entries()) {
    const place = { vpcId, availabilityZone, cidrBlock: `172.31.${index * 16}.0/20` };
    createSubnet({ vpc, interfaces }, { ...place, defaultForAz: true, mapPublicIpOnLaunch: true, tags: {} });
  }
  return vpcId;
}
