/**
 * The parts of a VPC that decide where packets go. Resource handlers write the model, the evaluator and
 * DescribeNetworkAcls read it. Names follow the EC2 API.
 */
export type Tags = Record<string, string>;

/** As on AWS, always created together with its main route table and default network ACL. */
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
  /** An internet gateway's id, or "local" for the VPC's own range, which is routed locally even if not listed. */
  gatewayId: string;
}

export interface RouteTable {
  id: string;
  vpcId: string;
  /** Whether subnets without an associated table use it. */
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
}

export interface NetworkAcl {
  id: string;
  vpcId: string;
  /** The VPC's default, which allows everything and applies to subnets without an associated ACL. */
  isDefault: boolean;
  entries: NetworkAclEntry[];
  tags: Tags;
}

/** A security group rule: allows what it matches. Unmatched traffic is dropped. */
export interface SecurityGroupRule {
  id: string;
  groupId: string;
  egress: boolean;
  /** "tcp", "udp", … or "-1" for every protocol. */
  ipProtocol: string;
  /** Inclusive range of destination ports; absent or ignored if the protocol is "-1". */
  fromPort?: number;
  toPort?: number;
  /** The other end: either a CIDR or the id of a group that its interface is in. */
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

/** A host's or load balancer's network interface in a subnet. */
export interface NetworkInterface {
  id: string;
  subnetId: string;
  privateIpAddress: string;
  publicIpAddress?: string;
  groupIds: string[];
  /** Its readable owner: "receiver-1", "load balancer receiver-lb". */
  description: string;
}

/** What creates a network interface; its addresses are allocated. */
export type InterfaceRequest = Pick<NetworkInterface, "subnetId" | "groupIds" | "description"> & {
  publicAddress: boolean;
};

/** Associates a subnet with a route table or network ACL; others use the VPC's main table or default ACL. */
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
