import { declaredNetwork } from "../../../testing/declared-network";
import { known, type RouteTable } from "./vpc-model";
import { internetGatewayOf, routeTableOf, routeTo } from "./routes";

describe("the route to an address", () => {
  const table: RouteTable = {
    id: "rtb-1",
    vpcId: "vpc-1",
    mainAssociationId: "rtbassoc-main",
    routes: [
      { destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-all" },
      { destinationCidrBlock: "203.0.113.0/24", gatewayId: "igw-net" },
      { destinationCidrBlock: "203.0.113.7/32", gatewayId: "igw-host" },
      { destinationCidrBlock: "203.0.0.0/16", gatewayId: "igw-wide" },
    ],
    tags: {},
  };

  it.each([
    ["203.0.113.7", "igw-host"],
    ["203.0.113.8", "igw-net"],
    ["203.0.7.7", "igw-wide"],
    ["8.8.8.8", "igw-all"],
  ])("%s goes to %s", (address, gatewayId) => {
    expect(routeTo(table, address)?.gatewayId).toBe(gatewayId);
  });

  it("is undefined if no destination matches", () => {
    expect(routeTo({ ...table, routes: table.routes.slice(1) }, "8.8.8.8")).toBeUndefined();
  });
});

describe("a subnet's route table", () => {
  it("is the associated one", () => {
    const model = declaredNetwork();
    expect(routeTableOf(model, known(model.subnets, "subnet-data")).id).toBe("rtb-public");
  });

  it("is otherwise its VPC's main one", () => {
    const model = declaredNetwork();
    model.routeTableAssociations.delete("rtbassoc-data");
    const subnet = known(model.subnets, "subnet-data");
    expect(routeTableOf(model, subnet).id).toBe("rtb-main");
    expect(() => routeTableOf(model, { ...subnet, vpcId: "vpc-other" })).toThrow(
      "vpc-other has no main route table",
    );
  });
});

it("finds the internet gateway attached to a VPC", () => {
  const model = declaredNetwork();
  expect(internetGatewayOf(model, "vpc-main")?.id).toBe("igw-main");
  expect(internetGatewayOf(model, "vpc-other")).toBeUndefined();
});
