/**
 * What a VPC is made of, as far as it decides where packets go. Handlers write it, the judge reads it,
 * DescribeNetworkAcls answers from it. Names are those of the EC2 API.
 */
export type Tags = Record<string, string>;

/** Whoever makes one also makes its main route table and its default network ACL: AWS never has one without. */
export interface Vpc {
  id: string;
  cidrBlock: string;
  tags: Tags;
}

export interface Subnet {
  id: string;
  vpcId: string;
  cidrBlock: string;
  availabilityZone: string;
  mapPublicIpOnLaunch: boolean;
  tags: Tags;
}

export interface Route {
  /** An IPv4 CIDR; the longest match wins. */
  destinationCidrBlock: string;
  /** An internet gateway's id, or "local" for the VPC's own range, which is routed so whether it is listed or not. */
  gatewayId: string;
}

export interface RouteTable {
  id: string;
  vpcId: string;
  /** Used by every subnet that no table is associated with. */
  main: boolean;
  routes: Route[];
  tags: Tags;
}

export interface InternetGateway {
  id: string;
  vpcId: string;
  tags: Tags;
}

/**
 * A network ACL's entry. Entries are read in the order of their numbers, and the first that matches decides.
 * The two that end every ACL ("*" in the console, 32767 in the API) are implied and never stored.
 */
export interface NetworkAclEntry {
  ruleNumber: number;
  egress: boolean;
  /** IANA number as a string, "6" is TCP; "-1" is every protocol. */
  protocol: string;
  ruleAction: "allow" | "deny";
  cidrBlock: string;
  /** Destination ports, both included; absent or without effect where the protocol is "-1". */
  portRange?: { from: number; to: number };
}

export interface NetworkAcl {
  id: string;
  vpcId: string;
  /** The VPC's own: it allows all, and holds every subnet that no other ACL is associated with. */
  isDefault: boolean;
  entries: NetworkAclEntry[];
  tags: Tags;
}

/** One rule of a security group: it allows what it matches; what no rule matches is dropped. */
export interface SecurityGroupRule {
  id: string;
  groupId: string;
  egress: boolean;
  /** "tcp", "udp", … or "-1" for every protocol. */
  ipProtocol: string;
  /** Destination ports, both included; absent or without effect where the protocol is "-1". */
  fromPort?: number;
  toPort?: number;
  /** The other end: exactly one of a CIDR or the id of a group that its interface is in. */
  cidrIpv4?: string;
  referencedSecurityGroupId?: string;
}

export interface SecurityGroup {
  id: string;
  vpcId: string;
  groupName: string;
  description: string;
  tags: Tags;
}

/** The end point of a host or of a load balancer in a subnet. */
export interface NetworkInterface {
  id: string;
  subnetId: string;
  privateIpAddress: string;
  publicIpAddress?: string;
  groupIds: string[];
  /** What it belongs to, for people: "receiver-1", "load balancer receiver-lb". */
  description: string;
}

/** A subnet's place under a route table or a network ACL; a subnet without one is under the VPC's main or default. */
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

/** What has to be there. An unknown id is a fault of whoever wrote the model, never a reason to drop a packet. */
export function known<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`the VPC model has no ${id}`);
  return found;
}
