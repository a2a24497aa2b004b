/**
 * Security groups: the rules of all of an interface's groups form one allowlist. Stateful: only the packet that opens a
 * connection is evaluated. Source: VPC User Guide, "Security group rules".
 */
import { contains } from "../ipv4";
import type { SecurityGroupRule, VpcModel } from "./vpc-model";

/** A TCP connection's opening packet, as an interface's groups see it. */
export interface GroupPacket {
  egress: boolean;
  /** The other end's IPv4 address. */
  address: string;
  /** The groups of the other end's interface; empty if it is seen by a public address. */
  groupIds: readonly string[];
  destinationPort: number;
}

/** The first of the groups' rules that allows the packet. */
export function allowingRule(
  model: VpcModel,
  groupIds: readonly string[],
  packet: GroupPacket,
): SecurityGroupRule | undefined {
  for (const rule of rulesOf(model, groupIds, packet.egress)) if (matches(rule, packet)) return rule;
  return undefined;
}

/** The rules of groups in one direction. */
export function* rulesOf(
  { securityGroupRules }: VpcModel,
  groupIds: readonly string[],
  egress: boolean,
): Generator<SecurityGroupRule> {
  for (const rule of securityGroupRules.values())
    if (rule.egress === egress && groupIds.includes(rule.groupId)) yield rule;
}

function matches(rule: SecurityGroupRule, packet: GroupPacket): boolean {
  const { cidrIpv4, referencedSecurityGroupId, ipProtocol, fromPort = 0, toPort = 65535 } = rule;
  const peerMatches =
    (cidrIpv4 !== undefined && contains(cidrIpv4, packet.address)) ||
    (referencedSecurityGroupId !== undefined && packet.groupIds.includes(referencedSecurityGroupId));
  if (!peerMatches) return false;
  // "-1" ignores the rule's port range. Source: EC2 API Reference, IpPermission.
  if (ipProtocol === "-1") return true;
  return ipProtocol === "tcp" && fromPort <= packet.destinationPort && packet.destinationPort <= toPort;
}
