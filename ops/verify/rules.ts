/** Rules of ACLs and groups in one line each, to compare and to read. */
import type { IpPermission, NetworkAclEntry } from "@aws-sdk/client-ec2";

/** The last entry of each direction, which AWS adds. Source: "Default network ACL" in the VPC guide. */
const denyAll = 32767;

/** "ingress 100 allow tcp 22 from 0.0.0.0/0", sorted; without the last ones, which deny everything. */
export function entriesOf(entries: NetworkAclEntry[]): string[] {
  return entries
    .filter(({ RuleNumber }) => RuleNumber !== denyAll)
    .map(({ Egress, RuleNumber, RuleAction, Protocol, PortRange, CidrBlock }) =>
      [
        Egress ? "egress" : "ingress",
        RuleNumber,
        RuleAction,
        Protocol === "6" ? "tcp" : `protocol ${Protocol ?? ""}`,
        portsOf(PortRange?.From, PortRange?.To),
        Egress ? "to" : "from",
        CidrBlock,
      ].join(" "),
    )
    .sort();
}

/**
 * "tcp 8080 from 10.0.2.0/24", sorted.
 * @param nameOf a group's name, by its id
 */
export function permissionsOf(
  permissions: IpPermission[],
  preposition: "from" | "to",
  nameOf: (groupId: string) => string,
): string[] {
  return permissions
    .flatMap(({ IpProtocol, FromPort, ToPort, IpRanges = [], UserIdGroupPairs = [] }) => {
      const traffic = IpProtocol === "-1" ? "all" : `${IpProtocol} ${portsOf(FromPort, ToPort)}`;
      const peers = [
        ...IpRanges.map(({ CidrIp }) => CidrIp),
        ...UserIdGroupPairs.map(({ GroupId = "" }) => nameOf(GroupId)),
      ];
      return peers.map(peer => `${traffic} ${preposition} ${peer}`);
    })
    .sort();
}

function portsOf(from?: number, to?: number): string {
  return from === to ? String(from) : `${from}-${to}`;
}
