/** The network that infra/ declares, with ids that read as names. */
import {
  VpcModel,
  type NetworkAclEntry,
  type NetworkInterface,
  type SecurityGroupRule,
  type Vpc,
} from "../local/network/reachability/vpc-model";
import { defaultAclEntries } from "../local/network/reachability/network-acl";

export const accountId = "123456789012";

/** Somebody outside AWS. */
export const home = "198.51.100.7";

/** The hosts' network interfaces. */
export const interfaces = {
  data: at("data", "data", "10.0.1.10", "203.0.113.10", "data-access"),
  receiver1: at("receiver-1", "receiver", "10.0.2.11", "203.0.113.21", "receiver"),
  receiver2: at("receiver-2", "receiver", "10.0.2.12", "203.0.113.22", "receiver"),
  stress: at("stress", "edge-a", "10.0.11.20", "203.0.113.31", "stress"),
  fleet: at("fleet", "edge-b", "10.0.12.30", "203.0.113.32", "stress"),
  balancerA: at("lb-a", "edge-a", "10.0.11.4", "203.0.113.41", "load-balancer"),
  balancerB: at("lb-b", "edge-b", "10.0.12.4", "203.0.113.42", "load-balancer"),
} satisfies Record<string, NetworkInterface>;

function at(
  name: string,
  subnet: string,
  privateIpAddress: string,
  publicIpAddress: string,
  group: string,
): NetworkInterface {
  return {
    id: `eni-${name}`,
    subnetId: `subnet-${subnet}`,
    privateIpAddress,
    publicIpAddress,
    groupIds: [`sg-${group}`],
    description: name,
    sourceDestCheck: true,
    tags: {},
  };
}

const subnets = {
  data: ["10.0.1.0/24", "ap-northeast-1a"],
  receiver: ["10.0.2.0/24", "ap-northeast-1c"],
  "edge-a": ["10.0.11.0/24", "ap-northeast-1a"],
  "edge-b": ["10.0.12.0/24", "ap-northeast-1c"],
} as const;

export function tcpEntry(
  ruleNumber: number,
  direction: "ingress" | "egress",
  [from, to]: readonly [number, number],
  cidrBlock: string,
  ruleAction: "allow" | "deny" = "allow",
): NetworkAclEntry {
  const egress = direction === "egress";
  return { ruleNumber, egress, protocol: "6", ruleAction, cidrBlock, portRange: { from, to } };
}

export function tcpRule(
  id: string,
  group: string,
  direction: "ingress" | "egress",
  port: number,
  otherEnd: { cidrIpv4: string } | { referencedSecurityGroupId: string },
): SecurityGroupRule {
  const ports = { ipProtocol: "tcp", fromPort: port, toPort: port };
  return { id, groupId: `sg-${group}`, egress: direction === "egress", ...ports, ...otherEnd, tags: {} };
}

const all = { cidrIpv4: "0.0.0.0/0" };
const group = (name: string) => ({ referencedSecurityGroupId: `sg-${name}` });

const rules: readonly SecurityGroupRule[] = [
  tcpRule("sgr-data-read", "data-access", "ingress", 5000, all),
  tcpRule("sgr-data-update", "data-access", "ingress", 8080, { cidrIpv4: subnets.receiver[0] }),
  tcpRule("sgr-data-ssh", "data-access", "ingress", 22, all),
  { id: "sgr-data-out", groupId: "sg-data-access", egress: true, ipProtocol: "-1", ...all, tags: {} },
  tcpRule("sgr-receiver-http", "receiver", "ingress", 8080, all),
  tcpRule("sgr-receiver-ssh", "receiver", "ingress", 22, all),
  tcpRule("sgr-receiver-to-read", "receiver", "egress", 5000, { cidrIpv4: subnets.data[0] }),
  tcpRule("sgr-receiver-to-update", "receiver", "egress", 8080, { cidrIpv4: subnets.data[0] }),
  tcpRule("sgr-receiver-to-aws", "receiver", "egress", 443, all),
  tcpRule("sgr-lb-http", "load-balancer", "ingress", 80, all),
  tcpRule("sgr-lb-to-receiver", "load-balancer", "egress", 8080, group("receiver")),
  tcpRule("sgr-lb-to-stress", "load-balancer", "egress", 8080, group("stress")),
  tcpRule("sgr-stress-http", "stress", "ingress", 8080, group("load-balancer")),
  tcpRule("sgr-stress-ssh", "stress", "ingress", 22, all),
];

const dataAclEntries: readonly NetworkAclEntry[] = [
  tcpEntry(100, "ingress", [22, 22], "0.0.0.0/0"),
  tcpEntry(200, "ingress", [8080, 8080], subnets.receiver[0]),
  tcpEntry(300, "ingress", [5000, 5000], "0.0.0.0/0"),
  tcpEntry(100, "egress", [0, 65535], "0.0.0.0/0"),
];

export function vpcOf(id: string, cidrBlock: string): Vpc {
  const attributes = {
    enableDnsSupport: true,
    enableDnsHostnames: true,
    enableNetworkAddressUsageMetrics: false,
  };
  return { id, cidrBlock, isDefault: false, ...attributes, instanceTenancy: "default", tags: {} };
}

/** A new model, for the test to change as it likes. */
export function declaredNetwork(): VpcModel {
  const model = new VpcModel();
  const [vpcId, tags] = ["vpc-main", {}];
  const put = <T extends { id: string }>(map: Map<string, T>, value: T) => map.set(value.id, value);
  put(model.vpcs, vpcOf(vpcId, "10.0.0.0/16"));
  put(model.internetGateways, { id: "igw-main", vpcId, tags });
  const local = { destinationCidrBlock: "10.0.0.0/16", gatewayId: "local" };
  const out = { destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-main" };
  put(model.routeTables, {
    id: "rtb-main",
    vpcId,
    mainAssociationId: "rtbassoc-main",
    routes: [local],
    tags,
  });
  put(model.routeTables, { id: "rtb-public", vpcId, routes: [{ ...local }, out], tags });
  for (const [Name, [cidrBlock, availabilityZone]] of Object.entries(subnets)) {
    const id = `subnet-${Name}`;
    const attributes = { defaultForAz: false, mapPublicIpOnLaunch: true, tags: { Name } };
    put(model.subnets, { id, vpcId, cidrBlock, availabilityZone, ...attributes });
    const networkAclId = Name === "data" ? "acl-data" : "acl-default";
    put(model.networkAclAssociations, { id: `aclassoc-${Name}`, subnetId: id, networkAclId });
    put(model.routeTableAssociations, { id: `rtbassoc-${Name}`, subnetId: id, routeTableId: "rtb-public" });
  }
  put(model.networkAcls, {
    id: "acl-default",
    vpcId,
    isDefault: true,
    entries: [...defaultAclEntries],
    tags,
  });
  put(model.networkAcls, {
    id: "acl-data",
    vpcId,
    isDefault: false,
    entries: structuredClone([...dataAclEntries]),
    tags: { Name: "data", Project: "elastic-fleet" },
  });
  for (const groupName of ["data-access", "receiver", "load-balancer", "stress"]) {
    put(model.securityGroups, { id: `sg-${groupName}`, vpcId, groupName, description: groupName, tags });
  }
  for (const rule of rules) put(model.securityGroupRules, { ...rule });
  for (const each of Object.values(interfaces)) put<NetworkInterface>(model.networkInterfaces, { ...each });
  return model;
}
