import { resourceId } from "../../identifiers";
import { known, type RouteTable, type Tags, type VpcModel } from "../../network/reachability/vpc-model";

export const allAddresses = "0.0.0.0/0";

/** Creates a route table with its VPC's local route. */
export function createRouteTable(
  vpc: VpcModel,
  { vpcId, main = false, tags }: { vpcId: string; main?: boolean; tags: Tags },
): RouteTable {
  const id = resourceId("rtb");
  const { cidrBlock: destinationCidrBlock } = known(vpc.vpcs, vpcId);
  const table: RouteTable = {
    id,
    vpcId,
    ...(main && { mainAssociationId: resourceId("rtbassoc") }),
    routes: [{ destinationCidrBlock, gatewayId: "local" }],
    tags,
  };
  vpc.routeTables.set(id, table);
  return table;
}

export function createRoute(table: RouteTable, destinationCidrBlock: string, gatewayId: string): void {
  table.routes.push({ destinationCidrBlock, gatewayId });
}

export function deleteRoute(table: RouteTable, destinationCidrBlock: string): void {
  table.routes = table.routes.filter(route => route.destinationCidrBlock !== destinationCidrBlock);
}

/** Whether the gateway that the route leads to is attached to the table's VPC. */
export function isBlackhole(vpc: VpcModel, { vpcId }: RouteTable, gatewayId: string): boolean {
  return gatewayId !== "local" && vpc.internetGateways.get(gatewayId)?.vpcId !== vpcId;
}

/** A table's associations: the VPC's own if it is the main table, then its subnets'. */
export function associationsOf(vpc: VpcModel, table: RouteTable): { id: string; subnetId?: string }[] {
  const ofSubnets = [...vpc.routeTableAssociations.values()].filter(each => each.routeTableId === table.id);
  return table.mainAssociationId === undefined ? ofSubnets : [{ id: table.mainAssociationId }, ...ofSubnets];
}

/** The association with this id: of a subnet, or of a VPC with its main table. */
export function associationOf(
  vpc: VpcModel,
  associationId: string,
): { table: RouteTable; subnetId?: string } | undefined {
  for (const table of vpc.routeTables.values())
    for (const { id, subnetId } of associationsOf(vpc, table))
      if (id === associationId) return { table, ...(subnetId !== undefined && { subnetId }) };
  return undefined;
}

/** @returns the association's id */
export function associateRouteTable(vpc: VpcModel, routeTableId: string, subnetId: string): string {
  const id = resourceId("rtbassoc");
  vpc.routeTableAssociations.set(id, { id, subnetId, routeTableId });
  return id;
}

/** Makes a table its VPC's main one, instead of another; returns the association's id. */
export function makeMain(from: RouteTable, to: RouteTable): string {
  const id = resourceId("rtbassoc");
  delete from.mainAssociationId;
  to.mainAssociationId = id;
  return id;
}
