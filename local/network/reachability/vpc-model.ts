/**
 * VPCs and their contents: what decides where packets go, and what else the API keeps of them. EC2's actions write the
 * model, the evaluator reads it. Names follow the EC2 API.
 */
export type Tags = Record<string, string>;

/** As on AWS, always created together with its main route table and default network ACL. */
export interface Vpc {
  id: string;
  cidrBlock: string;
  isDefault: boolean;
  /** Kept for the API, like all attributes below: names always resolve here, and no hardware is shared. */
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
  enableNetworkAddressUsageMetrics: boolean;
  instanceTenancy: "default" | "dedicated";
  tags: Tags;
}

export interface Subnet {
  id: string;
  vpcId: string;
  cidrBlock: string;
  availabilityZone: string;
  /** Whether it is its zone's subnet in the default VPC. */
  defaultForAz: boolean;
  mapPublicIpOnLaunch: boolean;
  tags: Tags;
}

export interface Route {
  /** An IPv4 CIDR; the longest match wins. */
  destinationCidrBlock: string;
  /** An internet gateway's id, or "local" for the VPC's own range, which is routed locally even if not listed. */
  gatewayId: string;
}

export interface RouteTable {
  id: string;
  vpcId: string;
  /** The id of its association with the VPC itself; present if it is the main table, which other subnets use. */
  mainAssociationId?: string;
  routes: Route[];
  tags: Tags;
}

export interface InternetGateway {
  id: string;
  /** Absent while it is detached. */
  vpcId?: string;
  tags: Tags;
}

/**
 * A network ACL entry. Entries are evaluated by number, and the first match decides. The final deny in each direction
 * ("*" in the console, 32767 in the API) is implied and never stored.
 */
export interface NetworkAclEntry {
  ruleNumber: number;
  egress: boolean;
  /** IANA number as a string: "6" is TCP, "-1" every protocol. */
  protocol: string;
  ruleAction: "allow" | "deny";
  cidrBlock: string;
  /** Inclusive range of destination ports; absent or ignored if the protocol is "-1". */
  portRange?: { from: number; to: number };
  /** For ICMP; only TCP is ever evaluated. */
  icmpTypeCode?: { type: number; code: number };
}

export interface NetworkAcl {
  id: string;
  vpcId: string;
  /** The VPC's default, which new subnets are associated with. */
  isDefault: boolean;
  entries: NetworkAclEntry[];
  tags: Tags;
}

/** A security group rule: allows what it matches. Unmatched traffic is dropped. */
export interface SecurityGroupRule {
  id: string;
  groupId: string;
  egress: boolean;
  /** "tcp", "udp", "icmp", another protocol's IANA number, or "-1" for every protocol. */
  ipProtocol: string;
  /** Inclusive range of destination ports, or ICMP's type and code; absent or ignored if the protocol is "-1". */
  fromPort?: number;
  toPort?: number;
  /** The other end: either a CIDR or the id of a group that its interface is in. */
  cidrIpv4?: string;
  referencedSecurityGroupId?: string;
  description?: string;
  tags: Tags;
}

export interface SecurityGroup {
  id: string;
  vpcId: string;
  groupName: string;
  description: string;
  tags: Tags;
}

/** A host's or load balancer's network interface in a subnet. */
export interface NetworkInterface {
  id: string;
  subnetId: string;
  privateIpAddress: string;
  publicIpAddress?: string;
  groupIds: string[];
  /** Its instance is stopped: packets to it go nowhere. */
  isDown?: boolean;
  /** Its readable owner: "receiver-1", "ELB app/receiver-lb/0123456789abcdef". */
  description: string;
  /** Kept for the API: nothing here forwards for others. */
  sourceDestCheck: boolean;
  tags: Tags;
}

/** What creates a network interface; its addresses are allocated. */
export type InterfaceRequest = Pick<NetworkInterface, "subnetId" | "groupIds" | "description"> & {
  publicAddress: boolean;
  tags?: Tags;
};

/** Associates a subnet with a network ACL, which each has exactly one of, or with a route table other than the main. */
export interface Association {
  id: string;
  subnetId: string;
}

export class VpcModel {
  readonly vpcs = new Map<string, Vpc>();
  readonly subnets = new Map<string, Subnet>();
  readonly internetGateways = new Map<string, InternetGateway>();
  readonly routeTables = new Map<string, RouteTable>();
  readonly routeTableAssociations = new Map<string, Association & { routeTableId: string }>();
  readonly networkAcls = new Map<string, NetworkAcl>();
  readonly networkAclAssociations = new Map<string, Association & { networkAclId: string }>();
  readonly securityGroups = new Map<string, SecurityGroup>();
  readonly securityGroupRules = new Map<string, SecurityGroupRule>();
  readonly networkInterfaces = new Map<string, NetworkInterface>();
}

/** @throws if the id is unknown, which is a bug in the model, never a reason to drop a packet */
export function known<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`the VPC model has no ${id}`);
  return found;
}
