import { tcpEntry, tcpRule } from "../../../testing/declared-network";
import { nearestEntry, nearestRoute, nearestRule } from "./nearest";
import type { NetworkAclEntry, SecurityGroupRule } from "./vpc-model";

const all = "0.0.0.0/0";
const packet = { direction: "ingress", address: "198.51.100.7", port: 8080 } as const;
const udp: NetworkAclEntry = { ...tcpEntry(500, "ingress", [8080, 8080], all), protocol: "17" };

it.each<[title: string, entries: NetworkAclEntry[], nearest: string | undefined]>([
  ["there is none without rules", [], undefined],
  ["a deny is none", [tcpEntry(1, "ingress", [1, 9], all, "deny")], undefined],
  [
    "one misfit beats two",
    [tcpEntry(1, "ingress", [22, 22], "10.0.0.0/8"), tcpEntry(2, "ingress", [22, 22], all)],
    "2: port",
  ],
  [
    "the port that fits beats the address that fits",
    [tcpEntry(1, "ingress", [5000, 5000], all), tcpEntry(2, "ingress", [8080, 8080], "10.0.2.0/24")],
    "2: source",
  ],
  ["another protocol is the last", [udp, tcpEntry(2, "ingress", [22, 22], all)], "2: port"],
  ["another protocol is still one", [udp], "500: protocol"],
  [
    "the nearest port",
    [tcpEntry(1, "ingress", [1, 22], all), tcpEntry(2, "ingress", [8081, 9000], all)],
    "2: port",
  ],
  [
    "the nearest range",
    [tcpEntry(1, "ingress", [80, 8080], "10.0.0.0/8"), tcpEntry(2, "ingress", [80, 8080], "198.51.101.0/24")],
    "2: source",
  ],
  [
    "of equals the first",
    [tcpEntry(1, "ingress", [80, 80], all), tcpEntry(2, "ingress", [80, 80], all)],
    "1: port",
  ],
])("of an ACL's entries: %s", (_title, entries, expected) => {
  const found = nearestEntry(entries, packet);
  expect(found && `${found.aclRule?.ruleNumber}: ${found.misfits.join(", ")}`).toBe(expected);
});

it.each<[title: string, rules: SecurityGroupRule[], nearest: string]>([
  [
    "a group that the other end is in fits",
    [tcpRule("a", "x", "egress", 80, { cidrIpv4: all }), tcpRule("b", "x", "egress", 8081, group("sg-peer"))],
    "b: port",
  ],
  [
    "a group that it isn't in doesn't",
    [tcpRule("a", "x", "egress", 8080, group("sg-other")), tcpRule("b", "x", "egress", 80, group("sg-peer"))],
    "a: destination",
  ],
])("of groups' rules: %s", (_title, rules, expected) => {
  const found = nearestRule(rules, { ...packet, direction: "egress" }, ["sg-peer"]);
  expect(`${found?.securityGroupRule?.id}: ${found?.misfits.join(", ")}`).toBe(expected);
});

it("of routes: the one with the most bits in common", () => {
  const routes = ["10.0.0.0/16", "198.0.0.0/8", "198.51.0.0/24"].map(destinationCidrBlock => {
    return { destinationCidrBlock, gatewayId: "igw-1" };
  });
  const local = { destinationCidrBlock: "198.51.100.0/25", gatewayId: "local" };
  expect(nearestRoute([...routes, local], packet.address)).toEqual({
    route: routes[2],
    misfits: ["destination"],
  });
  expect(nearestRoute([local], packet.address)).toBeUndefined();
});

function group(referencedSecurityGroupId: string) {
  return { referencedSecurityGroupId };
}
