/**
 * Security groups: the rules of all groups of an interface are one list of what is allowed. Stateful: only
 * the packet that opens a connection is judged. Source: VPC User Guide, "Security group rules".
 */
import { contains } from "../ipv4";
import type { SecurityGroupRule, VpcModel } from "./vpc-model";

/** The opening packet of a TCP connection as an interface's groups see it. */
export interface GroupPacket {
  egress: boolean;
  /** The other end. */
  address: string;
  /** Groups of the other end's interface; none when it is reached by a public address. */
  groupIds: readonly string[];
  destinationPort: number;
}

/** The first rule of these groups that allows the packet. */
export function allowingRule(
  model: VpcModel,
  groupIds: readonly string[],
  packet: GroupPacket,
): SecurityGroupRule | undefined {
  return [...model.securityGroupRules.values()].find(
    rule => groupIds.includes(rule.groupId) && rule.egress === packet.egress && matches(rule, packet),
  );
}

function matches(rule: SecurityGroupRule, packet: GroupPacket): boolean {
  const { cidrIpv4, referencedSecurityGroupId, ipProtocol, fromPort = 0, toPort = 65535 } = rule;
  const otherEnd =
    (cidrIpv4 !== undefined && contains(cidrIpv4, packet.address)) ||
    (referencedSecurityGroupId !== undefined && packet.groupIds.includes(referencedSecurityGroupId));
  if (!otherEnd) return false;
  // "-1" is on all ports, whatever range the rule names (EC2 API Reference, IpPermission).
  if (ipProtocol === "-1") return true;
  return ipProtocol === "tcp" && fromPort <= packet.destinationPort && packet.destinationPort <= toPort;
}
