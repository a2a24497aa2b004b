/** Verdicts in words. */
import { lastRuleNumber } from "./network-acl";
import type { Drop, Misfit, Nearest, PacketHeader } from "./verdict";
import type { NetworkAclEntry, SecurityGroupRule } from "./vpc-model";

/** "the request from 198.51.100.7:40000 to 10.0.1.10:8080 (TCP) was dropped by network ACL … (…); nearest: …" */
export function explain(drop: Drop): string {
  const { packet, srcaddr, srcport, dstaddr, dstport } = drop;
  return `the ${packet} from ${srcaddr}:${srcport} to ${dstaddr}:${dstport} (TCP) was ${explainCause(drop)}`;
}

/** "dropped by network ACL … (…); nearest: …" */
export function explainCause({ by, nearest, ...packet }: Drop): string {
  return `dropped by ${by}${nearest ? `; nearest: ${describeNearest(nearest, packet)}` : ""}`;
}

/** "rule 200, allow TCP 8080 from 10.0.2.0/24 (source 198.51.100.7 doesn't fit)" */
export function describeNearest(
  { aclRule, securityGroupRule, route, misfits }: Nearest,
  { srcaddr, dstaddr, dstport }: PacketHeader,
): string {
  const values: Record<Misfit, string> = {
    protocol: "protocol TCP",
    port: `port ${dstport}`,
    source: `source ${srcaddr}`,
    destination: `destination ${dstaddr}`,
  };
  const named = aclRule
    ? `rule ${describeEntry(aclRule)}`
    : securityGroupRule
      ? `rule ${describeRule(securityGroupRule)}`
      : `route ${route?.destinationCidrBlock} to ${route?.gatewayId}`;
  const unfit = misfits.map(misfit => values[misfit]).join(" and ");
  return `${named} (${unfit} ${misfits.length === 1 ? "doesn't" : "don't"} fit)`;
}

/** Formats an entry: "200, allow TCP 8080 from 10.0.2.0/24". */
export function describeEntry(entry: NetworkAclEntry): string {
  const { ruleNumber, egress, protocol, ruleAction, cidrBlock, portRange } = entry;
  if (ruleNumber === lastRuleNumber) return "*, deny all";
  const traffic = describeTraffic(protocolNames[protocol] ?? protocol, portRange);
  return `${ruleNumber}, ${ruleAction} ${traffic} ${egress ? "to" : "from"} ${cidrBlock}`;
}

/** Formats a rule: "sgr-0123, allow TCP 8080 from sg-4567". */
export function describeRule(rule: SecurityGroupRule): string {
  const { id, egress, ipProtocol, fromPort: from = 0, toPort: to = 65535 } = rule;
  const peer = rule.cidrIpv4 ?? rule.referencedSecurityGroupId;
  return `${id}, allow ${describeTraffic(ipProtocol, { from, to })} ${egress ? "to" : "from"} ${peer}`;
}

const protocolNames: Partial<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp" };

function describeTraffic(protocol: string, { from, to } = { from: 0, to: 65535 }): string {
  if (protocol === "-1") return "all traffic";
  if (protocol !== "tcp" && protocol !== "udp") return protocol === "icmp" ? "ICMP" : `protocol ${protocol}`;
  return `${protocol.toUpperCase()} ${from === to ? from : `${from}-${to}`}`;
}
