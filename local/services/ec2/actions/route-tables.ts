/** Route tables and their associations. Sources: EC2 API Reference, "CreateRouteTable", "AssociateRouteTable" and the like. */
import type { RouteTable as TableDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import type { RouteTable, VpcModel } from "../../../network/reachability/vpc-model";
import { networkRefusals } from "../network-refusals";
import { find } from "../resource-types";
import {
  associateRouteTable,
  associationOf,
  associationsOf,
  createRouteTable,
  isBlackhole,
  makeMain,
} from "../route-tables";
import { tagList, tagsFor } from "../tags";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { required } from "./validation";

const associated = { State: "associated" } as const;

export const routeTableActions = {
  CreateRouteTable: {
    parameters: ["VpcId", "TagSpecifications", "ClientToken", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const { id: vpcId } = find(vpc.vpcs, "vpc", input.VpcId);
      const tags = tagsFor("route-table", input.TagSpecifications);
      assertNoDryRun(input);
      const table = createRouteTable(vpc, { vpcId, tags });
      return { RouteTable: descriptionOf(vpc, table), ClientToken: input.ClientToken };
    },
  },

  DeleteRouteTable: {
    parameters: ["RouteTableId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const table = find(vpc.routeTables, "route-table", input.RouteTableId);
      if (associationsOf(vpc, table).length > 0) throw networkRefusals.tableHasDependencies(table.id);
      assertNoDryRun(input);
      vpc.routeTables.delete(table.id);
      return {};
    },
  },

  AssociateRouteTable: {
    parameters: ["RouteTableId", "SubnetId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const table = find(vpc.routeTables, "route-table", input.RouteTableId);
      const subnetId = required(input.SubnetId, "subnetId");
      assertSameVpc(vpc, table, subnetId);
      const existing = [...vpc.routeTableAssociations.values()].find(each => each.subnetId === subnetId);
      if (existing && existing.routeTableId !== table.id) throw networkRefusals.associationConflict(table.id);
      assertNoDryRun(input);
      const AssociationId = existing?.id ?? associateRouteTable(vpc, table.id, subnetId);
      return { AssociationId, AssociationState: associated };
    },
  },

  DisassociateRouteTable: {
    parameters: ["AssociationId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const id = required(input.AssociationId, "associationId");
      if (existingAssociation(vpc, id).subnetId === undefined) throw networkRefusals.mainAssociation(id);
      assertNoDryRun(input);
      vpc.routeTableAssociations.delete(id);
      return {};
    },
  },

  ReplaceRouteTableAssociation: {
    parameters: ["AssociationId", "RouteTableId", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const id = required(input.AssociationId, "associationId");
      const { table: from, subnetId } = existingAssociation(vpc, id);
      const to = find(vpc.routeTables, "route-table", input.RouteTableId);
      if (from.vpcId !== to.vpcId)
        throw networkRefusals.differentNetworks(`route table ${to.id}`, subnetId ?? from.vpcId);
      assertNoDryRun(input);
      vpc.routeTableAssociations.delete(id);
      const NewAssociationId =
        subnetId === undefined ? makeMain(from, to) : associateRouteTable(vpc, to.id, subnetId);
      return { NewAssociationId, AssociationState: associated };
    },
  },

  DescribeRouteTables: {
    parameters: ["RouteTableIds", ...pageParameters],
    handle({ ec2: { vpc } }, input) {
      const tables = [...vpc.routeTables.values()].map(table => descriptionOf(vpc, table));
      const { page, NextToken } = describe(tables, kind, { ids: input.RouteTableIds, ...input });
      return { RouteTables: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function existingAssociation(vpc: VpcModel, id: string) {
  const found = associationOf(vpc, id);
  if (!found) throw networkRefusals.associationNotFound(id);
  return found;
}

function assertSameVpc(vpc: VpcModel, table: RouteTable, subnetId: string): void {
  const subnet = find(vpc.subnets, "subnet", subnetId);
  if (subnet.vpcId !== table.vpcId)
    throw networkRefusals.differentNetworks(`route table ${table.id}`, `subnet ${subnetId}`);
}

function descriptionOf(vpc: VpcModel, table: RouteTable) {
  return {
    Associations: associationsOf(vpc, table).map(({ id, subnetId }) => ({
      Main: subnetId === undefined,
      RouteTableAssociationId: id,
      RouteTableId: table.id,
      SubnetId: subnetId,
      AssociationState: associated,
    })),
    PropagatingVgws: [],
    RouteTableId: table.id,
    Routes: table.routes.map(({ destinationCidrBlock, gatewayId }) => ({
      DestinationCidrBlock: destinationCidrBlock,
      GatewayId: gatewayId,
      Origin: gatewayId === "local" ? ("CreateRouteTable" as const) : ("CreateRoute" as const),
      State: isBlackhole(vpc, table, gatewayId) ? ("blackhole" as const) : ("active" as const),
    })),
    Tags: tagList(table.tags),
    VpcId: table.vpcId,
    OwnerId: accountId,
  } satisfies TableDescription;
}

const kind: ResourceKind<ReturnType<typeof descriptionOf>> = {
  type: "route-table",
  idOf: table => table.RouteTableId,
  filterable: {
    "association.main": table => table.Associations.map(each => each.Main),
    "association.route-table-association-id": table =>
      table.Associations.map(each => each.RouteTableAssociationId),
    "association.route-table-id": table => table.Associations.map(each => each.RouteTableId),
    "association.subnet-id": table => table.Associations.map(each => each.SubnetId),
    "owner-id": table => table.OwnerId,
    "route-table-id": table => table.RouteTableId,
    "route.destination-cidr-block": table => table.Routes.map(each => each.DestinationCidrBlock),
    "route.gateway-id": table => table.Routes.map(each => each.GatewayId),
    "route.origin": table => table.Routes.map(each => each.Origin),
    "route.state": table => table.Routes.map(each => each.State),
    "vpc-id": table => table.VpcId,
  },
};
