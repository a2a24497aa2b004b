/** How the page writes times, counts, names and rules. */
import type { NetworkAclEntry, RegionTime, SecurityGroupRule } from "../events";

/** AWS's time of day, as its own texts have it: UTC. */
export function timeOfDay(startedAt: number, at: RegionTime): string {
  return new Date(startedAt + at).toISOString().slice(11, 16);
}

export function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** "i-…e523": the last four tell ids apart. */
export function shortId(id: string): string {
  const [prefix = "", rest] = id.split(/-(.*)/);
  return rest !== undefined && rest.length > 8 ? `${prefix}-…${rest.slice(-4)}` : id;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const everywhere = "0.0.0.0/0";
const lastRuleNumber = 32767;

export const isLast = ({ ruleNumber }: NetworkAclEntry) => ruleNumber === lastRuleNumber;

export const entryNumber = (entry: NetworkAclEntry) => (isLast(entry) ? "*" : String(entry.ruleNumber));

interface Ports {
  fromPort?: number;
  toPort?: number;
}

export function ports({ fromPort, toPort }: Ports): string {
  if (fromPort === undefined || toPort === undefined || (fromPort <= 0 && toPort >= 65535)) return "all";
  return fromPort === toPort ? String(fromPort) : `${fromPort}–${toPort}`;
}

export const shortPeer = (cidr: string) => (cidr === everywhere ? "any" : cidr);

/** "TCP 8080 from group load-balancer" */
export function allows(rule: SecurityGroupRule, groupName: (id: string) => string | undefined): string {
  return `${what(rule.ipProtocol, rule)} ${peer(rule.direction, rule.peer, groupName)}`;
}

/** "deny TCP 22 from anywhere" */
export function entryText(entry: NetworkAclEntry): string {
  return `${entry.ruleAction} ${what(entry.protocol, entry)} ${peer(entry.direction, entry.cidrBlock)}`;
}

function what(protocol: string, range: Ports): string {
  if (protocol === "-1") return "everything";
  const name = { "6": "TCP", tcp: "TCP", "17": "UDP", udp: "UDP", "1": "ICMP", icmp: "ICMP" }[protocol];
  return `${name ?? `protocol ${protocol}`} ${ports(range)}`;
}

function peer(
  direction: "ingress" | "egress",
  of: string,
  groupName: (id: string) => string | undefined = () => undefined,
): string {
  const group = groupName(of);
  const name = of === everywhere ? "anywhere" : group === undefined ? of : `group ${group}`;
  return `${direction === "ingress" ? "from" : "to"} ${name}`;
}
