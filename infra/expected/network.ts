/** The network and its fences. */
import { component, expected, type Expected } from "./row";

const network = component("Network", "fleet", { vpcCidr: "10.0.0.0/16", zones: ["zone-b", "zone-c"] });
expected({
  type: "aws:ec2/vpc:Vpc",
  name: "fleet",
  parent: network,
  inputs: {
    cidrBlock: "10.0.0.0/16",
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: { Name: "fleet", part: "network" },
  },
});
expected({
  type: "aws:ec2/internetGateway:InternetGateway",
  name: "fleet",
  parent: network,
  inputs: { vpcId: "<Vpc fleet>", tags: { Name: "fleet", part: "network" } },
  options: { replaceOnChanges: ["vpcId"] },
});
expected({
  type: "aws:ec2/routeTable:RouteTable",
  name: "public",
  parent: network,
  inputs: { vpcId: "<Vpc fleet>", tags: { Name: "public", part: "network" } },
});
const defaultRoute = expected({
  type: "aws:ec2/route:Route",
  name: "public-default",
  parent: network,
  inputs: {
    routeTableId: "<RouteTable public>",
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: "<InternetGateway fleet>",
  },
});

function subnet(name: string, cidrBlock: string, availabilityZone: string): Expected {
  expected({
    type: "aws:ec2/subnet:Subnet",
    name,
    parent: network,
    inputs: {
      vpcId: "<Vpc fleet>",
      cidrBlock,
      availabilityZone,
      mapPublicIpOnLaunch: true,
      tags: { Name: name, part: "network" },
    },
    options: { ignoreChanges: ["availabilityZone"] },
  });
  return expected({
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    name,
    parent: network,
    inputs: { subnetId: `<Subnet ${name}>`, routeTableId: "<RouteTable public>" },
  });
}
export const routing = [
  defaultRoute,
  subnet("data", "10.0.1.0/24", "zone-b"),
  subnet("receiver", "10.0.2.0/24", "zone-c"),
  subnet("edge-a", "10.0.11.0/24", "zone-b"),
  subnet("edge-b", "10.0.12.0/24", "zone-c"),
];

// The data subnet's ACL.

const dataAcl = component("DataNetworkAcl", "data", {
  vpcId: "<Vpc fleet>",
  subnetId: "<Subnet data>",
  receiverCidr: "10.0.2.0/24",
});
expected({
  type: "aws:ec2/networkAcl:NetworkAcl",
  name: "data",
  parent: dataAcl,
  inputs: { vpcId: "<Vpc fleet>", tags: { Name: "data", part: "network" } },
});

function entry(
  name: string,
  ruleNumber: number,
  egress: boolean,
  cidrBlock: string,
  [from, to]: [number, number],
) {
  return expected({
    type: "aws:ec2/networkAclRule:NetworkAclRule",
    name: `data-${name}`,
    parent: dataAcl,
    inputs: {
      networkAclId: "<NetworkAcl data>",
      protocol: "6",
      ruleAction: "allow",
      ruleNumber,
      egress,
      cidrBlock,
      fromPort: from,
      toPort: to,
    },
    options: { deleteBeforeReplace: true },
  });
}
export const aclAssociation = expected({
  type: "aws:ec2/networkAclAssociation:NetworkAclAssociation",
  name: "data",
  parent: dataAcl,
  inputs: { networkAclId: "<NetworkAcl data>", subnetId: "<Subnet data>" },
  after: [
    entry("ingress-ssh", 100, false, "0.0.0.0/0", [22, 22]),
    entry("ingress-update", 200, false, "10.0.2.0/24", [8080, 8080]),
    entry("ingress-read", 300, false, "0.0.0.0/0", [5000, 5000]),
    entry("egress-all", 100, true, "0.0.0.0/0", [0, 65535]),
  ],
});

// Security groups.

const groups = component("SecurityGroups", "groups", {
  vpcId: "<Vpc fleet>",
  sshCidr: "0.0.0.0/0",
  dataCidr: "10.0.1.0/24",
  receiverCidr: "10.0.2.0/24",
});
for (const [name, description] of [
  ["data-access", "Data-access service"],
  ["receiver", "Receiver service"],
  ["load-balancer", "Load balancers"],
  ["stress", "Stress service"],
] as const) {
  expected({
    type: "aws:ec2/securityGroup:SecurityGroup",
    name,
    parent: groups,
    inputs: { vpcId: "<Vpc fleet>", description, tags: { Name: name, part: "network" } },
  });
}

function rule(
  kind: "Ingress" | "Egress",
  group: string,
  name: string,
  peer: object,
  port?: number,
): Expected {
  return expected({
    type: `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`,
    name: `${group}-${name}`,
    parent: groups,
    inputs: {
      securityGroupId: `<SecurityGroup ${group}>`,
      ...(port ? { ipProtocol: "tcp", fromPort: port, toPort: port } : { ipProtocol: "-1" }),
      ...peer,
      tags: { Name: `${group}-${name}`, part: "network" },
    },
  });
}
const all = { cidrIpv4: "0.0.0.0/0" };
export const rules = [
  rule("Ingress", "data-access", "in-read", all, 5000),
  rule("Ingress", "data-access", "in-update", { cidrIpv4: "10.0.2.0/24" }, 8080),
  rule("Ingress", "data-access", "in-ssh", all, 22),
  rule("Egress", "data-access", "out-all", all),
  rule("Ingress", "receiver", "in-http", all, 8080),
  rule("Ingress", "receiver", "in-ssh", all, 22),
  rule("Egress", "receiver", "out-read", { cidrIpv4: "10.0.1.0/24" }, 5000),
  rule("Egress", "receiver", "out-update", { cidrIpv4: "10.0.1.0/24" }, 8080),
  rule("Egress", "receiver", "out-https", all, 443),
  rule("Ingress", "load-balancer", "in-http", all, 80),
  rule(
    "Egress",
    "load-balancer",
    "out-receiver",
    { referencedSecurityGroupId: "<SecurityGroup receiver>" },
    8080,
  ),
  rule(
    "Egress",
    "load-balancer",
    "out-stress",
    { referencedSecurityGroupId: "<SecurityGroup stress>" },
    8080,
  ),
  rule("Ingress", "stress", "in-http", { referencedSecurityGroupId: "<SecurityGroup load-balancer>" }, 8080),
  rule("Ingress", "stress", "in-ssh", all, 22),
];
export const reachable = [...routing, ...rules, aclAssociation];
