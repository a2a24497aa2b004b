/** Selects routes; the most specific wins. Source: VPC User Guide, "Subnet route tables" and "Route priority". */
import { contains, prefixLength } from "../ipv4";
import type { InternetGateway, Route, RouteTable, Subnet, VpcModel } from "./vpc-model";
import { known } from "./vpc-model";

/** The table associated with a subnet, or else its VPC's main one. */
export function routeTableOf(model: VpcModel, subnet: Subnet): RouteTable {
  for (const { subnetId, routeTableId } of model.routeTableAssociations.values()) {
    if (subnetId === subnet.id) return known(model.routeTables, routeTableId);
  }
  for (const table of model.routeTables.values()) {
    if (table.vpcId === subnet.vpcId && table.mainAssociationId !== undefined) return table;
  }
  throw new Error(`${subnet.vpcId} has no main route table`);
}

/** The most specific route to the address, if any. */
export function routeTo(table: RouteTable, address: string): Route | undefined {
  return table.routes
    .filter(route => contains(route.destinationCidrBlock, address))
    .sort((a, b) => prefixLength(b.destinationCidrBlock) - prefixLength(a.destinationCidrBlock))[0];
}

/** The route of a VPC's own range. */
export function localRouteOf(model: VpcModel, vpcId: string): Route {
  return { destinationCidrBlock: known(model.vpcs, vpcId).cidrBlock, gatewayId: "local" };
}

/** The VPC's internet gateway; it has at most one. */
export function internetGatewayOf(model: VpcModel, vpcId: string): InternetGateway | undefined {
  return [...model.internetGateways.values()].find(gateway => gateway.vpcId === vpcId);
}

export function isInVpc(model: VpcModel, vpcId: string, address: string): boolean {
  return contains(known(model.vpcs, vpcId).cidrBlock, address);
}
