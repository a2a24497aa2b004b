/** What the page knows: the region's picture, and what the events have added to it. */
import type {
  Activity,
  AutoScalingGroup,
  Change,
  CpuMinute,
  Drop,
  FlowCount,
  Flows,
  InstanceNode,
  NetworkAcl,
  NetworkAclEntry,
  Nearest,
  Node,
  NodeKey,
  Picture,
  RegionFacts,
  RegionTime,
  RuleKey,
  SecurityGroup,
  Snapshot,
  Subnet,
} from "../events";
import { shortId, timeOfDay } from "./format";

/** Flows of one pair, port, verdict and rules, counted. */
export type FlowRow = FlowCount;

export type DropRow = Drop;

export const limits = { flows: 500, drops: 40, activities: 60, minutes: 75 };

const nothing: Picture = {
  progress: { ready: false, made: 0, declared: 0 },
  outputs: {},
  vpcs: [],
  subnets: [],
  nodes: [],
  securityGroups: [],
  networkAcls: [],
  autoScalingGroups: [],
  suggestions: [],
};

export class PageState {
  picture: Picture = nothing;
  region: RegionFacts = { name: "", speed: 60, startedAt: 0 };
  at: RegionTime = 0;
  readonly hits = new Map<RuleKey, number>();
  readonly flows = new Map<string, FlowRow>();
  /** By kind, the newest kind last. */
  readonly drops = new Map<string, DropRow>();
  activities: Activity[] = [];
  cpu: CpuMinute[] = [];
  /** Without health checks. */
  totals = { flows: 0, dropped: 0 };

  private nodes = new Map<NodeKey, Node>();
  private entries = new Map<RuleKey, { acl: NetworkAcl; entry: NetworkAclEntry }>();

  reset(snapshot: Snapshot): void {
    const { at, region, hits, flows, drops, activities, cpu, ...picture } = snapshot;
    Object.assign(this, { at, region, picture, totals: { flows: 0, dropped: 0 } });
    for (const map of [this.hits, this.flows, this.drops]) map.clear();
    for (const flow of flows) this.count(flow);
    // The snapshot's hits are of more than the flows that it still lists.
    for (const [rule, count] of Object.entries(hits)) this.hits.set(rule, count);
    for (const drop of [...drops].reverse()) this.drops.set(drop.kind, drop);
    this.activities = activities.slice(0, limits.activities);
    this.cpu = cpu;
    this.index();
  }

  change({ at, ...sections }: Change): void {
    this.at = at;
    this.picture = { ...this.picture, ...sections };
    this.index();
  }

  addFlows({ at, flows }: Flows): void {
    this.at = at;
    for (const flow of flows) this.count(flow);
    while (this.flows.size > limits.flows) this.flows.delete(leastRecent(this.flows));
  }

  private count(flow: FlowCount): void {
    for (const rule of flow.rules) this.hits.set(rule, (this.hits.get(rule) ?? 0) + flow.count);
    if (!flow.healthCheck) {
      this.totals.flows += flow.count;
      if (flow.verdict === "dropped") this.totals.dropped += flow.count;
    }
    const { from, to, port, verdict, packet, rules, healthCheck } = flow;
    const key = [from, to, port, verdict, packet, healthCheck, ...rules].join(" ");
    const known = this.flows.get(key);
    if (known) {
      known.count += flow.count;
      known.at = flow.at;
    } else this.flows.set(key, { ...flow });
  }

  /** @returns whether it is the first of its kind */
  addDrop(drop: Drop): boolean {
    this.at = drop.at;
    const known = this.drops.get(drop.kind);
    this.drops.set(drop.kind, { ...drop, count: drop.count + (known?.count ?? 0) });
    const [oldest] = this.drops.keys();
    if (this.drops.size > limits.drops && oldest !== undefined) this.drops.delete(oldest);
    return !known;
  }

  addCpu(minute: CpuMinute): void {
    this.at = minute.at;
    this.cpu.push(minute);
    const ofGroup = this.cpuOf(minute.autoScalingGroupName);
    if (ofGroup.length > limits.minutes) this.cpu = this.cpu.filter(each => each !== ofGroup[0]);
  }

  addActivity(activity: Activity): void {
    const others = this.activities.filter(({ activityId }) => activityId !== activity.activityId);
    this.activities = [activity, ...others]
      .sort((one, other) => other.startTime - one.startTime)
      .slice(0, limits.activities);
  }

  node(key: NodeKey): Node | undefined {
    return this.nodes.get(key);
  }

  /** As the map calls it: a group's instances all have one name, so they go by their ids, as does what has gone. */
  name(key: NodeKey): string {
    const node = this.nodes.get(key);
    if (!node) return shortId(key);
    return node.kind === "instance" && node.autoScalingGroupName ? shortId(node.instanceId) : node.name;
  }

  /** The rule that came nearest to letting a dropped packet pass, as a sentence; empty if none did. */
  nearest(nearest: Nearest | undefined): string {
    if (!nearest) return "";
    const { text, removedAt } = nearest;
    if (removedAt === undefined) return `Nearest: ${text}.`;
    return `${text.charAt(0).toUpperCase()}${text.slice(1)} at ${timeOfDay(this.region.startedAt, removedAt)}.`;
  }

  instance(id: string): InstanceNode | undefined {
    const node = this.nodes.get(id);
    return node?.kind === "instance" ? node : undefined;
  }

  subnet(id: string): Subnet | undefined {
    return this.picture.subnets.find(subnet => subnet.id === id);
  }

  subnetsOf(node: Node): Subnet[] {
    if (!("interfaces" in node)) return [];
    return node.interfaces.flatMap(({ subnetId }) => this.subnet(subnetId) ?? []);
  }

  aclOf({ networkAclId }: Subnet): NetworkAcl | undefined {
    return this.picture.networkAcls.find(({ id }) => id === networkAclId);
  }

  entry(key: RuleKey): { acl: NetworkAcl; entry: NetworkAclEntry } | undefined {
    return this.entries.get(key);
  }

  securityGroup(id: string): SecurityGroup | undefined {
    return this.picture.securityGroups.find(group => group.id === id);
  }

  group(name: string): AutoScalingGroup | undefined {
    return this.picture.autoScalingGroups.find(group => group.autoScalingGroupName === name);
  }

  cpuOf(groupName: string): CpuMinute[] {
    return this.cpu.filter(({ autoScalingGroupName }) => autoScalingGroupName === groupName);
  }

  private index(): void {
    this.nodes = new Map(this.picture.nodes.map(node => [node.key, node]));
    this.entries = new Map(
      this.picture.networkAcls.flatMap(acl => acl.entries.map(entry => [entry.key, { acl, entry }] as const)),
    );
  }
}

function leastRecent(flows: Map<string, FlowRow>): string {
  const [[key] = [""]] = [...flows].sort(([, one], [, other]) => one.at - other.at);
  return key;
}
