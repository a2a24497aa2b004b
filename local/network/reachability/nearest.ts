/** For what no rule allows, the rule that comes nearest: it fits in the most, and in the port rather than in the address. */
import { addressRange, contains, prefixLength } from "../ipv4";
import type { Direction, Misfit, Nearest } from "./verdict";
import type { NetworkAclEntry, Route, SecurityGroupRule } from "./vpc-model";

/** A packet that nothing allows, by the end outside and its destination port. */
export interface Unmatched {
  direction: Direction;
  address: string;
  port: number;
}

/** An allow rule, whatever it belongs to. */
interface Candidate {
  found: Omit<Nearest, "misfits">;
  protocol: "tcp" | "all" | "other";
  from: number;
  to: number;
  /** Absent for a group: no address is near to it. */
  cidr?: string;
  matchesPeer: boolean;
}

/** @param entries an ACL's in one direction */
export function nearestEntry(entries: readonly NetworkAclEntry[], packet: Unmatched): Nearest | undefined {
  const allows = entries.filter(({ ruleAction }) => ruleAction === "allow");
  const candidates = allows.map((entry): Candidate => {
    const { protocol, cidrBlock: cidr, portRange: { from, to } = { from: 0, to: 65535 } } = entry;
    const kind = protocol === "-1" ? "all" : protocol === "6" ? "tcp" : "other";
    const matchesPeer = contains(cidr, packet.address);
    return { found: { aclRule: { ...entry } }, protocol: kind, from, to, cidr, matchesPeer };
  });
  return nearest(candidates, packet);
}

/**
 * @param rules of an interface's groups in one direction
 * @param groupIds the groups of the other end
 */
export function nearestRule(
  rules: readonly SecurityGroupRule[],
  packet: Unmatched,
  groupIds: readonly string[],
): Nearest | undefined {
  const candidates = rules.map((rule): Candidate => {
    const { ipProtocol, fromPort: from = 0, toPort: to = 65535, cidrIpv4: cidr } = rule;
    const kind = ipProtocol === "-1" ? "all" : ipProtocol === "tcp" ? "tcp" : "other";
    const matchesPeer =
      cidr !== undefined
        ? contains(cidr, packet.address)
        : groupIds.includes(rule.referencedSecurityGroupId ?? "");
    return { found: { securityGroupRule: { ...rule } }, protocol: kind, from, to, cidr, matchesPeer };
  });
  return nearest(candidates, packet);
}

/** The route out of the VPC whose range has the most leading bits in common with the address. */
export function nearestRoute(routes: readonly Route[], address: string): Nearest | undefined {
  const outward = routes.filter(({ gatewayId }) => gatewayId !== "local");
  const [first] = sortedBy(outward, ({ destinationCidrBlock }) => [
    -commonBits(destinationCidrBlock, address),
  ]);
  return first && { route: { ...first }, misfits: ["destination"] };
}

function nearest(candidates: readonly Candidate[], packet: Unmatched): Nearest | undefined {
  const compared = candidates.map(candidate => ({ candidate, misfits: misfitsOf(candidate, packet) }));
  const [first] = sortedBy(compared, ({ candidate, misfits }) => [
    misfits.length,
    Number(misfits.includes("protocol")),
    Number(misfits.includes("port")),
    misfits.includes("port") ? distance(candidate, packet.port) : 0,
    candidate.matchesPeer || candidate.cidr === undefined ? 0 : -commonBits(candidate.cidr, packet.address),
  ]);
  return first && { ...first.candidate.found, misfits: first.misfits };
}

function misfitsOf({ protocol, from, to, matchesPeer }: Candidate, packet: Unmatched): Misfit[] {
  const peer = packet.direction === "ingress" ? "source" : "destination";
  return [
    ...(protocol === "other" ? (["protocol"] as const) : []),
    ...(protocol === "tcp" && (packet.port < from || packet.port > to) ? (["port"] as const) : []),
    ...(matchesPeer ? [] : ([peer] as const)),
  ];
}

function distance({ from, to }: Candidate, port: number): number {
  return port < from ? from - port : port - to;
}

/** How many leading bits a range's addresses share with an address, up to the range's own. */
function commonBits(cidrBlock: string, address: string): number {
  const [range, own] = [addressRange(cidrBlock), addressRange(`${address}/32`)];
  return Math.min(prefixLength(cidrBlock), Math.clz32(range.first ^ own.first));
}

/** A copy in ascending order of the keys, compared one after the other; the first of equals stays first. */
function sortedBy<Item>(items: readonly Item[], keysOf: (item: Item) => number[]): Item[] {
  const keyed = items.map(item => ({ item, keys: keysOf(item) }));
  keyed.sort((a, b) => {
    const difference = a.keys.findIndex((key, index) => key !== b.keys[index]);
    return difference === -1 ? 0 : (a.keys[difference] ?? 0) - (b.keys[difference] ?? 0);
  });
  return keyed.map(({ item }) => item);
}
