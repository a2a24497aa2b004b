import { VpcModel, type SecurityGroupRule } from "./vpc-model";
import { allowingRule, type GroupPacket } from "./security-group";

const ports = { fromPort: 8000, toPort: 8080 };
const ofGroup = { id: "sgr-1", groupId: "sg-1", egress: false };
const rule: SecurityGroupRule = { ...ofGroup, ipProtocol: "tcp", ...ports, cidrIpv4: "10.0.2.0/24" };
const other = { ...rule, id: "sgr-0", cidrIpv4: "10.9.0.0/16" };
const everyProtocol = { ...rule, ipProtocol: "-1" };
const byGroup = { ...rule, cidrIpv4: undefined, referencedSecurityGroupId: "sg-friends" };
const packet: GroupPacket = { egress: false, address: "10.0.2.11", groupIds: [], destinationPort: 8080 };

function allowed(rules: SecurityGroupRule[], change: Partial<GroupPacket> = {}, groupIds = ["sg-1"]) {
  const model = new VpcModel();
  for (const each of rules) model.securityGroupRules.set(each.id, each);
  return allowingRule(model, groupIds, { ...packet, ...change })?.id;
}

it.each<[string, string | undefined, string | undefined]>([
  ["without rules nothing is allowed", allowed([]), undefined],
  ["a rule allows what it matches", allowed([rule]), "sgr-1"],
  ["a rule includes its first port", allowed([rule], { destinationPort: 8000 }), "sgr-1"],
  ["a rule excludes the port before", allowed([rule], { destinationPort: 7999 }), undefined],
  ["a rule excludes the port after", allowed([rule], { destinationPort: 8081 }), undefined],
  ["a rule excludes other addresses", allowed([rule], { address: "10.0.3.1" }), undefined],
  ["an ingress rule allows no egress", allowed([rule], { egress: true }), undefined],
  ["a UDP rule allows no TCP", allowed([{ ...rule, ipProtocol: "udp" }]), undefined],
  ["a rule for all protocols allows all ports", allowed([everyProtocol], { destinationPort: 1 }), "sgr-1"],
  ["a rule of another group allows nothing", allowed([rule], {}, ["sg-2"]), undefined],
  ["several groups allow the union of their rules", allowed([rule], {}, ["sg-2", "sg-1"]), "sgr-1"],
  ["one matching rule is enough", allowed([other, rule]), "sgr-1"],
  ["a reference matches members", allowed([byGroup], { groupIds: ["sg-x", "sg-friends"] }), "sgr-1"],
  ["a reference excludes non-members", allowed([byGroup], { groupIds: ["sg-x"] }), undefined],
])("%s", (_, actual, expected) => {
  expect(actual).toBe(expected);
});
