/** Routes. Sources: EC2 API Reference, "CreateRoute", "ReplaceRoute", "DeleteRoute". */
import type { CreateRouteRequest } from "@aws-sdk/client-ec2";
import type { RouteTable, VpcModel } from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { find, typeOf } from "../resource-types";
import { createRoute, deleteRoute } from "../route-tables";
import { isWithin } from "../subnets";
import type { Ec2Actions } from "./context";
import { assertNoDryRun } from "./describe";
import { ipv4Range, required } from "./validation";

/** Read so as to be refused by name. */
const otherTargets = [
  "CarrierGatewayId",
  "CoreNetworkArn",
  "EgressOnlyInternetGatewayId",
  "InstanceId",
  "LocalGatewayId",
  "NatGatewayId",
  "NetworkInterfaceId",
  "TransitGatewayId",
  "VpcEndpointId",
  "VpcPeeringConnectionId",
] as const;

const routeParameters = [
  "RouteTableId",
  "DestinationCidrBlock",
  "GatewayId",
  ...otherTargets,
  "DryRun",
] as const;

export const routeActions = {
  CreateRoute: {
    parameters: routeParameters,
    handle({ ec2: { vpc } }, input) {
      const table = find(vpc.routeTables, "route-table", input.RouteTableId);
      const { destination, gatewayId } = routeOf(vpc, table, input);
      if (routeTo(table, destination)) throw networkRefusals.routeExists(destination);
      assertNoDryRun(input);
      createRoute(table, destination, gatewayId);
      return { Return: true };
    },
  },

  ReplaceRoute: {
    parameters: routeParameters,
    handle({ ec2: { vpc } }, input) {
      const table = find(vpc.routeTables, "route-table", input.RouteTableId);
      const { destination, gatewayId } = routeOf(vpc, table, input);
      if (!routeTo(table, destination)) throw networkRefusals.routeToReplace(destination);
      assertNoDryRun(input);
      deleteRoute(table, destination);
      createRoute(table, destination, gatewayId);
      return {};
    },
  },

  DeleteRoute: {
    parameters: ["RouteTableId", "DestinationCidrBlock", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const table = find(vpc.routeTables, "route-table", input.RouteTableId);
      const destination = destinationOf(input);
      const route = routeTo(table, destination);
      if (!route) throw networkRefusals.routeNotFound(destination, table.id);
      if (route.gatewayId === "local") throw networkRefusals.localRoute(destination, table.id);
      assertNoDryRun(input);
      deleteRoute(table, destination);
      return {};
    },
  },
} satisfies Partial<Ec2Actions>;

function routeTo(table: RouteTable, destination: string) {
  return table.routes.find(({ destinationCidrBlock }) => destinationCidrBlock === destination);
}

function destinationOf({ DestinationCidrBlock }: { DestinationCidrBlock?: string }): string {
  return ipv4Range("destinationCidrBlock", required(DestinationCidrBlock, "destinationCidrBlock"));
}

/** @throws AwsError unless it leads to an internet gateway of the table's VPC, and out of the VPC */
function routeOf(vpc: VpcModel, table: RouteTable, input: Partial<CreateRouteRequest>) {
  const destination = destinationOf(input);
  const other = otherTargets.map(name => input[name]).find(id => id !== undefined);
  if (other !== undefined) throw networkRefusals.routeTarget(other);
  const { GatewayId: gatewayId } = input;
  if (gatewayId === undefined) throw networkRefusals.routeTargets();
  // Virtual private gateways, say, share the parameter.
  if (typeOf(gatewayId) !== "internet-gateway") throw networkRefusals.routeTarget(gatewayId);
  const gateway = vpc.internetGateways.get(gatewayId);
  if (!gateway) throw networkRefusals.gatewayNotFound(gatewayId);
  if (gateway.vpcId !== table.vpcId)
    throw networkRefusals.differentNetworks(`route table ${table.id}`, `network gateway ${gatewayId}`);
  if (isWithin(destination, find(vpc.vpcs, "vpc", table.vpcId).cidrBlock))
    throw networkRefusals.routeWithinVpc(destination);
  return { destination, gatewayId };
}
