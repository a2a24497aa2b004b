import { tcpEntry, tcpRule } from "../../../testing/declared-network";
import type { NetworkAclEntry, SecurityGroupRule } from "./vpc-model";
import { describeEntry, describeRule } from "./words";

const withoutPorts = (entry: NetworkAclEntry) => ({ ...entry, portRange: undefined });
const denyAll = (ruleNumber: number, egress: boolean, cidrBlock: string) =>
  ({ ruleNumber, egress, protocol: "-1", ruleAction: "deny", cidrBlock }) as const;

it.each<[NetworkAclEntry, string]>([
  [tcpEntry(200, "ingress", [8080, 8080], "10.0.2.0/24"), "200, allow TCP 8080 from 10.0.2.0/24"],
  [tcpEntry(100, "egress", [0, 65535], "0.0.0.0/0", "deny"), "100, deny TCP 0-65535 to 0.0.0.0/0"],
  [denyAll(100, false, "10.0.0.0/8"), "100, deny all traffic from 10.0.0.0/8"],
  [withoutPorts(tcpEntry(100, "egress", [1, 1], "0.0.0.0/0")), "100, allow TCP 0-65535 to 0.0.0.0/0"],
  [
    { ...tcpEntry(100, "ingress", [53, 53], "0.0.0.0/0"), protocol: "17" },
    "100, allow UDP 53 from 0.0.0.0/0",
  ],
  [{ ...denyAll(100, true, "0.0.0.0/0"), protocol: "1" }, "100, deny ICMP to 0.0.0.0/0"],
  [{ ...denyAll(100, true, "0.0.0.0/0"), protocol: "50" }, "100, deny protocol 50 to 0.0.0.0/0"],
  [denyAll(32767, true, "0.0.0.0/0"), "*, deny all"],
])("describes entry %#", (entry, text) => {
  expect(describeEntry(entry)).toBe(text);
});

const toGroup = tcpRule("sgr-1", "lb", "egress", 8080, { referencedSecurityGroupId: "sg-2" });

it.each<[SecurityGroupRule, string]>([
  [toGroup, "sgr-1, allow TCP 8080 to sg-2"],
  [{ ...toGroup, toPort: 8090 }, "sgr-1, allow TCP 8080-8090 to sg-2"],
  [{ ...toGroup, ipProtocol: "icmp", fromPort: 8, toPort: -1 }, "sgr-1, allow ICMP to sg-2"],
  [{ ...toGroup, ipProtocol: "-1", egress: false }, "sgr-1, allow all traffic from sg-2"],
])("describes rule %#", (rule, text) => {
  expect(describeRule(rule)).toBe(text);
});
