/**
 * What the region tells the live page, and what the page asks of it. Server and browser share these types; names are
 * AWS's. `/events` sends a `snapshot` first, then the events below, each as an SSE event of that name with JSON data.
 */

/**
 * "internet", "operator" (SSH from outside), "ec2-api", an instance's id, or a load balancer's ARN. Unassigned addresses
 * belong to "internet".
 */
export type NodeKey = string;

/**
 * A security group rule's id; a network ACL entry as "acl-…/ingress/100", the last one as "acl-…/egress/*". What was
 * removed and restored keeps its key, though AWS gives a restored group rule a new id.
 */
export type RuleKey = string;

/** Milliseconds on the region's clock since it started. `RegionFacts.startedAt` + this is the time of day to show. */
export type RegionTime = number;

export type Direction = "ingress" | "egress";
export type PacketKind = "request" | "reply";

/**
 * Where the program's arrangement puts something on the map; what has no place follows after. Both count from 0. Subnets
 * of one column share a box; load balancers, instances and groups with a row stand below the columns.
 */
export interface Place {
  column: number;
  row: number;
}

export interface RegionFacts {
  /** AWS's name of it, such as us-east-1. */
  name: string;
  /** Region seconds per real second. */
  speed: number;
  /** Unix milliseconds. */
  startedAt: number;
  /** "project/stack" of the program in it; absent in an empty region. */
  stack?: string;
}

/** A start's progress. */
export interface Progress {
  ready: boolean;
  /** Resources made so far, of `declared` ones: the program declares more while it runs. */
  made: number;
  declared: number;
}

export interface Vpc {
  id: string;
  name: string;
  cidrBlock: string;
  isDefault: boolean;
}

export interface Subnet {
  id: string;
  /** Its Name tag, or its id. */
  name: string;
  vpcId: string;
  cidrBlock: string;
  availabilityZone: string;
  networkAclId: string;
  place?: Place;
}

export interface NodeInterface {
  id: string;
  subnetId: string;
  privateIpAddress: string;
  publicIpAddress?: string;
}

export interface NodeService {
  name: string;
  /** The first characters of its release's SHA-256. */
  release: string;
  ports: number[];
  /** What the program calls them. */
  portNames?: Record<string, number>;
  /** Absent while it is dead or restarting. */
  pid?: number;
}

export interface TargetHealth {
  targetGroup: string;
  /** An instance's id. */
  target: string;
  port: number;
  state: "initial" | "healthy" | "unhealthy" | "draining" | "unused";
  reason?: string;
  description?: string;
}

interface NodeBase {
  key: NodeKey;
  name: string;
  place?: Place;
}

/** Outside the VPCs. */
export interface OutsideNode extends NodeBase {
  kind: "internet" | "operator" | "api";
  /** The address that its requests come from, or go to. */
  address: string;
}

export interface LoadBalancerNode extends NodeBase {
  kind: "load-balancer";
  arn: string;
  dnsName: string;
  vpcId: string;
  /** One per subnet. */
  interfaces: NodeInterface[];
  securityGroupIds: string[];
  /** With the loopback URL if it has one. */
  listeners: { port: number; url?: string }[];
  /** Of every target group behind it. */
  targets: TargetHealth[];
}

export interface InstanceNode extends NodeBase {
  kind: "instance";
  instanceId: string;
  vpcId: string;
  state: "pending" | "running" | "stopping" | "stopped" | "shutting-down";
  interfaces: NodeInterface[];
  securityGroupIds: string[];
  services: NodeService[];
  /** Present if an Auto Scaling group launched it. */
  autoScalingGroupName?: string;
  targets: TargetHealth[];
  /** Requests to its metadata service so far: for tokens, and for the role's credentials. */
  metadataRequests: { tokens: number; credentials: number };
}

export type Node = OutsideNode | LoadBalancerNode | InstanceNode;

/** Present on what the page has removed, and can restore. */
interface Removable {
  removedAt?: RegionTime;
}

export interface SecurityGroupRule extends Removable {
  key: RuleKey;
  id: string;
  /** Its Name tag, or its id. */
  name: string;
  direction: Direction;
  /** "tcp", "-1" for all … */
  ipProtocol: string;
  fromPort?: number;
  toPort?: number;
  /** A CIDR or a group's id. */
  peer: string;
}

export interface SecurityGroup {
  id: string;
  name: string;
  vpcId: string;
  rules: SecurityGroupRule[];
}

export interface NetworkAclEntry extends Removable {
  key: RuleKey;
  /** 32767 is the last one, "*": it can't be removed. */
  ruleNumber: number;
  direction: Direction;
  ruleAction: "allow" | "deny";
  /** "6" is TCP, "-1" everything. */
  protocol: string;
  fromPort?: number;
  toPort?: number;
  cidrBlock: string;
}

export interface NetworkAcl {
  id: string;
  name: string;
  vpcId: string;
  isDefault: boolean;
  subnetIds: string[];
  /** In evaluation order, ingress first; removed ones where they were. */
  entries: NetworkAclEntry[];
}

export interface GroupInstance {
  instanceId: string;
  lifecycleState: "Pending" | "InService" | "Terminating";
  /** In service for less than the warm-up. */
  warmingUp: boolean;
  unhealthy: boolean;
}

export interface AlarmMeter {
  /** In percent. */
  threshold: number;
  /** All of so many minutes must breach it. */
  evaluationPeriods: number;
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
}

export interface AutoScalingGroup {
  /** AWS's name of it, for commands. */
  autoScalingGroupName: string;
  /** Its Name tag, or its name. */
  name: string;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  subnetIds: string[];
  warmupSeconds: number;
  instances: GroupInstance[];
  /** Of its first target tracking policy, if it has one. */
  targetTracking?: { targetValue: number; high: AlarmMeter; low: AlarmMeter };
  /** The instance that its image was made of, while it is there. */
  imageSource?: NodeKey;
  place?: Place;
}

/** Something to try, offered while its nodes exist. */
export interface Suggestion {
  title: string;
  explanation: string;
  command: { send: SendCommand } | { load: LoadCommand };
}

/** What the region holds. A `change` event replaces the sections it names. */
export interface Picture {
  progress: Progress;
  /** The stack's public outputs. */
  outputs: Record<string, unknown>;
  /** What the program stores, read after it changed; absent if unknown. */
  storedNumber?: number;
  /** The instance that stores it. */
  storedOn?: NodeKey;
  vpcs: Vpc[];
  subnets: Subnet[];
  nodes: Node[];
  securityGroups: SecurityGroup[];
  networkAcls: NetworkAcl[];
  autoScalingGroups: AutoScalingGroup[];
  suggestions: Suggestion[];
}

/** Everything; starts each connection, and replaces all of before when a client fell behind. */
export interface Snapshot extends Picture {
  at: RegionTime;
  region: RegionFacts;
  /** Connections judged by each rule while a page was open. */
  hits: Record<RuleKey, number>;
  /** Flows counted while a page was open. */
  flows: FlowCount[];
  /** The latest of each kind, the latest first. */
  drops: Drop[];
  /** Latest first. */
  activities: Activity[];
  /** Latest last. */
  cpu: CpuMinute[];
}

export interface Change extends Partial<Picture> {
  at: RegionTime;
}

/** Each second. */
export interface ClockTick {
  at: RegionTime;
}

export type Verdict = "allowed" | "refused" | "dropped";

/** Connections or requests from one node to a port of another, of one verdict by the same rules. */
export interface FlowCount {
  from: NodeKey;
  to: NodeKey;
  port: number;
  verdict: Verdict;
  /** What was dropped; "request" otherwise. */
  packet: PacketKind;
  /** That judged it, in their order; the last is the one that dropped it, unless no rule did. */
  rules: RuleKey[];
  count: number;
  healthCheck: boolean;
  /** Of the last one. */
  at: RegionTime;
}

/** What happened in a quarter of a second, to be added up. */
export interface Flows {
  at: RegionTime;
  flows: FlowCount[];
}

/** The rule that came nearest to letting a packet pass. */
export interface Nearest {
  rule: RuleKey;
  /** "rule 200, allow TCP 8080 from 10.0.2.0/24 (source 198.51.100.7 doesn't fit)" */
  text: string;
  /** The page removed it; it would have let the packet pass. */
  removedAt?: RegionTime;
}

/** One judgement on the way there or back. */
export interface Hop {
  packet: PacketKind;
  passed: boolean;
  /** Of the way, as Reachability Analyzer calls it. */
  component:
    "node" | "security-group" | "network-acl" | "route-table" | "internet-gateway" | "network-interface";
  /** The component's, several for an interface's groups. */
  ids: string[];
  /** Present for what leaves or enters a subnet. */
  direction?: Direction;
  /** Whose interface or subnet it is at. */
  node?: NodeKey;
  /** The rule or entry that decided. */
  rule?: RuleKey;
  /** "network ACL data, ingress: entry 200, allow TCP 8080 from 10.0.2.0/24" */
  text: string;
  /** Reachability Analyzer's explanation code, if it blocks. */
  code?: string;
  nearest?: Nearest;
}

/** A drop of one kind within a quarter of a second. */
export interface Drop {
  /** The same for drops of the same kind: what is dropped, and by what. */
  kind: string;
  at: RegionTime;
  from: NodeKey;
  to: NodeKey;
  /** That was asked for. */
  address: string;
  port: number;
  packet: PacketKind;
  healthCheck: boolean;
  count: number;
  /** Where it ended. */
  where: Hop;
  /** One sentence: what died, where and why. */
  text: string;
  /** As judged then: up to where it ended, and what would have stopped it too. */
  hops: Hop[];
}

export interface CpuMinute {
  at: RegionTime;
  autoScalingGroupName: string;
  /** Over warm instances, in percent; absent without data. */
  mean?: number;
  /** By instance id, in percent. */
  instances: Record<string, number>;
  /** At the end of the minute; absent unless the group's metrics are enabled. */
  desiredCapacity?: number;
  inService?: number;
  /** How many of the latest minutes breach each alarm's threshold without a break. */
  breaching: { high: number; low: number };
}

/** An Auto Scaling group's activity; sent again when it ends. */
export interface Activity {
  activityId: string;
  autoScalingGroupName: string;
  startTime: RegionTime;
  endTime?: RegionTime;
  statusCode: "InProgress" | "WaitingForELBConnectionDraining" | "Successful" | "Failed";
  description: string;
  /** AWS's words. */
  cause: string;
  /** The first cause in a few words: "CPU above 50 % for 3 minutes". */
  summary: string;
}

/** The SSE events by name. */
export interface Events {
  snapshot: Snapshot;
  change: Change;
  clock: ClockTick;
  flows: Flows;
  drop: Drop;
  cpu: CpuMinute;
  activity: Activity;
}

// ---- Commands: POST with a JSON body to /do/NAME, from the page's own origin.

/** Sends an HTTP request from a node, judged like any other. */
export interface SendCommand {
  /** "internet", or an instance. */
  from: NodeKey;
  /** A node, or an address or DNS name of the region. */
  to: string;
  port: number;
  method: "GET" | "POST";
  path: string;
  /** JSON. */
  body?: string;
}

/** POSTs a number of requests to a load balancer. */
export interface LoadCommand {
  to: NodeKey;
  /** At most 100. */
  count: number;
}

/** What the page can do. Every command that changes something is an action of AWS's API. */
export interface Commands {
  send: { body: SendCommand; answer: SendAnswer };
  load: { body: LoadCommand; answer: LoadAnswer };
  /** Ends the processes of an instance's services; they restart. */
  kill: { body: { node: NodeKey }; answer: { pids: number[] } };
  /** Knocks at a port, as SSH from the operator's address does. */
  knock: {
    body: { from: NodeKey; to: NodeKey; port: number };
    answer: { verdict: Verdict; milliseconds: number };
  };
  /** Removes a rule or an entry, or makes again one that the page removed. */
  remove: { body: { rule: RuleKey }; answer: ActionAnswer };
  restore: { body: { rule: RuleKey }; answer: ActionAnswer };
  restoreAll: { body: Record<string, never>; answer: { actions: ActionAnswer[] } };
  stop: { body: { instanceId: string }; answer: ActionAnswer };
  start: { body: { instanceId: string }; answer: ActionAnswer };
  /** In a group: TerminateInstanceInAutoScalingGroup without a decrement, so that it is replaced. */
  terminate: { body: { instanceId: string }; answer: ActionAnswer };
  setDesiredCapacity: {
    body: { autoScalingGroupName: string; desiredCapacity: number };
    answer: ActionAnswer;
  };
}

export type CommandName = keyof Commands;

export type SendAnswer =
  | { outcome: "answered"; status: number; body: string; truncated: boolean; milliseconds: number }
  /** Nothing listens there. */
  | { outcome: "refused"; milliseconds: number }
  /** Silence; the drop comes as an event. */
  | { outcome: "dropped"; milliseconds: number }
  /** The connection ended without an answer, or none came in time. */
  | { outcome: "failed"; message: string; milliseconds: number };

export interface LoadAnswer {
  /** How many were answered with each status; "none" without an answer. */
  statuses: Record<string, number>;
  milliseconds: number;
}

/** The AWS action that did it, as the AWS CLI would be told. */
export interface ActionAnswer {
  service: string;
  action: string;
  input: Record<string, unknown>;
}

/** The body of an answer with a status of 4xx or 5xx. */
export interface CommandError {
  error: { code: string; message: string };
}

/** GET /why?from=NODE&to=NODE&port=PORT: the present judgement; nothing is sent. */
export interface Why {
  at: RegionTime;
  from: NodeKey;
  to: NodeKey;
  address: string;
  port: number;
  verdict: Verdict;
  /** There and back, also after what blocks. */
  hops: Hop[];
}
