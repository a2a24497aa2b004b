import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { subnetCidr } from "./cidr";

/** Every subnet: `index` is one of the VPC's 256 equal ranges, `zone` one of the two chosen zones. */
export const subnets = {
  data: { index: 1, zone: 0 },
  receiver: { index: 2, zone: 1 },
  "edge-a": { index: 11, zone: 0 },
  "edge-b": { index: 12, zone: 1 },
} as const;

export type SubnetName = keyof typeof subnets;
const subnetNames = Object.keys(subnets) as SubnetName[];

export interface NetworkArgs {
  vpcCidr: string;
  /** Names of two availability zones. */
  zones: pulumi.Input<string[]>;
}

/** A dedicated VPC with one public route table; the account's default VPC is left alone. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly subnetIds: Record<SubnetName, pulumi.Output<string>>;
  readonly subnetCidrs: Record<SubnetName, string>;
  /** Must exist before anything in a subnet can be reached: the default route and the route table's associations. */
  readonly routing: pulumi.Resource[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:Network", name, args, opts);
    const part = { part: "network" };

    const vpc = new aws.ec2.Vpc(
      name,
      {
        cidrBlock: args.vpcCidr,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { Name: name, ...part },
      },
      { parent: this },
    );
    const gateway = new aws.ec2.InternetGateway(
      name,
      { vpcId: vpc.id, tags: { Name: name, ...part } },
      // Moving it would detach it from the old VPC first, which AWS rejects while that VPC is in use.
      { parent: this, replaceOnChanges: ["vpcId"] },
    );
    const table = new aws.ec2.RouteTable(
      "public",
      { vpcId: vpc.id, tags: { Name: "public", ...part } },
      { parent: this },
    );
    const defaultRoute = new aws.ec2.Route(
      "public-default",
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: this },
    );

    this.subnetCidrs = eachSubnet(subnet => subnetCidr(args.vpcCidr, subnets[subnet].index));
    const zones = pulumi.output(args.zones);
    const created = eachSubnet(
      subnet =>
        new aws.ec2.Subnet(
          subnet,
          {
            vpcId: vpc.id,
            cidrBlock: this.subnetCidrs[subnet],
            availabilityZone: zones.apply(names => names[subnets[subnet].zone] ?? ""),
            mapPublicIpOnLaunch: true,
            tags: { Name: subnet, ...part },
          },
          {
            parent: this,
            // A subnet stays in its zone even if AWS adds zones later; AWS would reject a replacement with the same
            // range.
            ignoreChanges: ["availabilityZone"],
          },
        ),
    );
    const associations = subnetNames.map(
      subnet =>
        new aws.ec2.RouteTableAssociation(
          subnet,
          { subnetId: created[subnet].id, routeTableId: table.id },
          { parent: this },
        ),
    );

    this.vpcId = vpc.id;
    this.subnetIds = eachSubnet(subnet => created[subnet].id);
    this.routing = [defaultRoute, ...associations];
    this.registerOutputs({ vpcId: this.vpcId, subnetIds: this.subnetIds });
  }
}

function eachSubnet<T>(value: (subnet: SubnetName) => T): Record<SubnetName, T> {
  return Object.fromEntries(subnetNames.map(subnet => [subnet, value(subnet)])) as Record<SubnetName, T>;
}
