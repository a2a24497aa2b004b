/** Where everything stands on the map, decided from the region's picture and the program's hint. */
import type {
  AutoScalingGroup,
  InstanceNode,
  LoadBalancerNode,
  NetworkAcl,
  NetworkAclEntry,
  OutsideNode,
  Picture,
  Place,
  Subnet,
  Vpc,
} from "../events";
import { shortId } from "./format";

/** A subnet's instances, behind its network ACL if that is drawn. */
export interface Cell {
  subnet: Subnet;
  /** Absent if it lets everything pass. */
  wall?: NetworkAcl;
  shown: InstanceNode[];
  /** Only counted: more instances than fit. */
  hidden: InstanceNode[];
}

/** Subnets drawn as one box. */
export interface Tier {
  key: string;
  title: string;
  cidrBlocks: string[];
  vpcId: string;
  loadBalancers: LoadBalancerNode[];
  cells: Cell[];
}

export interface Arrangement {
  outside: OutsideNode[];
  vpcs: Vpc[];
  /** From left to right. */
  columns: Tier[];
  /** Below the columns, in the first one's subnets: load balancers of groups, the groups, other instances. */
  below: { loadBalancers: LoadBalancerNode[]; groups: AutoScalingGroup[]; instances: InstanceNode[] };
  /** What the hint doesn't know, under all of that. */
  others: Tier[];
}

const mostColumns = 3;
export const mostInstances = 4;
const shownOfMany = 3;

export function arrange(picture: Picture): Arrangement {
  const { vpcs, autoScalingGroups } = picture;
  const instances = picture.nodes.filter(node => node.kind === "instance").sort(byPlace);
  const loadBalancers = picture.nodes.filter(node => node.kind === "load-balancer").sort(byPlace);
  const outside = picture.nodes.filter(isOutside);
  const inGroups = new Set(instances.filter(each => each.autoScalingGroupName).map(({ key }) => key));
  const alone = instances.filter(({ key }) => !inGroups.has(key));
  const subnets = shownSubnets(picture);

  const { columns, others } = inColumns(subnets, picture);
  const first = new Set(columns[0]?.map(({ id }) => id));
  const isEntrance = first.size > 0 && (loadBalancers.length > 0 || autoScalingGroups.length > 0);
  const beside = isEntrance ? alone.filter(({ interfaces: [one] }) => one && first.has(one.subnetId)) : [];
  const ofGroups = loadBalancers.filter(
    each => (each.place?.row ?? 0) > 0 || each.targets.some(({ target }) => inGroups.has(target)),
  );

  const tierOf = (members: Subnet[]): Tier => {
    const ids = new Set(members.map(({ id }) => id));
    return {
      key: members.map(({ id }) => id).join(" "),
      title: title(members),
      cidrBlocks: members.map(({ cidrBlock }) => cidrBlock),
      vpcId: members[0]?.vpcId ?? "",
      loadBalancers: loadBalancers.filter(
        each => !ofGroups.includes(each) && ids.has(each.interfaces[0]?.subnetId ?? ""),
      ),
      cells: members.map(subnet => {
        const inside = alone.filter(
          each => each.interfaces[0]?.subnetId === subnet.id && !beside.includes(each),
        );
        const fitting = inside.length > mostInstances ? shownOfMany : inside.length;
        const acl = picture.networkAcls.find(({ id }) => id === subnet.networkAclId);
        return {
          subnet,
          ...(acl && !letsEverythingPass(acl) && { wall: acl }),
          shown: inside.slice(0, fitting),
          hidden: inside.slice(fitting),
        };
      }),
    };
  };
  return {
    outside,
    vpcs: vpcs.filter(({ id }) => subnets.some(({ vpcId }) => vpcId === id)),
    columns: columns.map(tierOf),
    below: { loadBalancers: ofGroups, groups: autoScalingGroups, instances: beside },
    others: others.map(tierOf),
  };
}

/** An account's default subnets only matter once something is in them, or if there is nothing else. */
function shownSubnets({ subnets, vpcs, nodes }: Picture): Subnet[] {
  const used = new Set(
    nodes.flatMap(node => ("interfaces" in node ? node.interfaces : [])).map(({ subnetId }) => subnetId),
  );
  const ofDefault = new Set(vpcs.filter(({ isDefault }) => isDefault).map(({ id }) => id));
  const made = subnets.filter(
    ({ id, vpcId, place }) => place !== undefined || used.has(id) || !ofDefault.has(vpcId),
  );
  return made.length > 0 ? made : subnets;
}

function inColumns(subnets: Subnet[], picture: Picture): { columns: Subnet[][]; others: Subnet[][] } {
  const placed = subnets.filter(({ place }) => place);
  if (placed.length > 0) {
    const numbers = [...new Set(placed.map(({ place }) => place?.column ?? 0))].sort((a, b) => a - b);
    const columns = numbers.map(column => placed.filter(({ place }) => place?.column === column));
    return { columns, others: subnets.filter(({ place }) => !place).map(each => [each]) };
  }
  // Without a hint: what is reached first stands at the left, what an ACL guards at the right.
  const { nodes, autoScalingGroups, networkAcls } = picture;
  const ofBalancers = nodes.flatMap(node => (node.kind === "load-balancer" ? node.interfaces : []));
  const entrances = new Set([
    ...ofBalancers.map(({ subnetId }) => subnetId),
    ...autoScalingGroups.flatMap(({ subnetIds }) => subnetIds),
  ]);
  const entrance = subnets.filter(({ id }) => entrances.has(id));
  const open = new Set(networkAcls.filter(letsEverythingPass).map(({ id }) => id));
  const rest = subnets
    .filter(({ id }) => !entrances.has(id))
    .sort((one, other) => Number(open.has(other.networkAclId)) - Number(open.has(one.networkAclId)));
  if (entrance.length === 0 && rest.every(({ networkAclId }) => open.has(networkAclId)))
    return { columns: [], others: rest.map(each => [each]) };
  const all = [...(entrance.length > 0 ? [entrance] : []), ...rest.map(each => [each])];
  return { columns: all.slice(0, mostColumns), others: all.slice(mostColumns) };
}

/** As a VPC's default ACL does, as long as nobody changed it. */
export function letsEverythingPass({ entries }: NetworkAcl): boolean {
  return (["ingress", "egress"] as const).every(direction => {
    const first = entries.find(entry => entry.direction === direction && entry.removedAt === undefined);
    return first?.ruleAction === "allow" && first.protocol === "-1" && first.cidrBlock === "0.0.0.0/0";
  });
}

/** The entry that decides about a packet, for placing a wire before the region has judged one. */
export function decidingEntry(
  { entries }: NetworkAcl,
  direction: "ingress" | "egress",
  port: number,
  address: string,
): NetworkAclEntry | undefined {
  return entries.find(
    entry =>
      entry.direction === direction &&
      entry.removedAt === undefined &&
      (entry.protocol === "-1" || entry.protocol === "6") &&
      (entry.fromPort ?? 0) <= port &&
      port <= (entry.toPort ?? 65535) &&
      contains(entry.cidrBlock, address),
  );
}

export function contains(cidrBlock: string, address: string): boolean {
  const [network = "", length = "32"] = cidrBlock.split("/");
  const unused = 2 ** (32 - Number(length));
  return Math.floor(asNumber(network) / unused) === Math.floor(asNumber(address) / unused);
}

const asNumber = (address: string) =>
  address.split(".").reduce((number, octet) => number * 256 + Number(octet), 0);

/** "edge subnets" for edge-a and edge-b. */
function title(subnets: Subnet[]): string {
  const names = subnets.map(({ id, name }) => (name === id ? shortId(id) : name));
  const [one = "", ...more] = names;
  if (more.length === 0) return one.startsWith("subnet-") ? one : `${one} subnet`;
  const prefix = one.split("-").slice(0, -1).join("-");
  if (prefix && more.every(name => name.startsWith(`${prefix}-`))) return `${prefix} subnets`;
  return names.join(", ");
}

const isOutside = (node: Picture["nodes"][number]): node is OutsideNode => !("interfaces" in node);

function byPlace(one: { place?: Place }, other: { place?: Place }): number {
  const last = { row: Infinity, column: Infinity };
  const [a, b] = [one.place ?? last, other.place ?? last];
  if (a === b) return 0;
  return a.row === b.row ? a.column - b.column : a.row - b.row;
}

/**
 * Places of a group's instances: who has one keeps it, who comes takes the first free one.
 * @returns at least `places` long, undefined where it is free
 */
export function keepPlaces(
  before: readonly (string | undefined)[],
  instanceIds: readonly string[],
  places: number,
): (string | undefined)[] {
  const kept = before.map(id => (id !== undefined && instanceIds.includes(id) ? id : undefined));
  for (const id of instanceIds.filter(each => !kept.includes(each))) {
    const free = kept.indexOf(undefined);
    if (free < 0) kept.push(id);
    else kept[free] = id;
  }
  while (kept.length > places && kept.at(-1) === undefined) kept.pop();
  while (kept.length < places) kept.push(undefined);
  return kept;
}
