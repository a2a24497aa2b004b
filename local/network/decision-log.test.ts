import type { ConnectionAttempt } from "./reachability/verdict";
import { decisionLog } from "./decision-log";
import { declaredNetwork, home, interfaces, tcpEntry } from "../../testing/declared-network";
import { describeConnection } from "./reachability/reachability";

function logOf(connection: ConnectionAttempt): unknown[] {
  const lines: string[] = [];
  const log = decisionLog({ write: line => lines.push(line), now: () => 1_800_000_000_123 });
  log(connection, describeConnection(declaredNetwork(), connection));
  return lines.map(line => JSON.parse(line) as unknown);
}

const sourcePort = 40000;
const { publicIpAddress: address = "" } = interfaces.data;

it("writes nothing for an allowed connection", () => {
  expect(logOf({ from: { internetAddress: home }, sourcePort, to: { address, port: 5000 } })).toEqual([]);
});

it("writes a drop by an ACL with the deciding rule", () => {
  expect(logOf({ from: { internetAddress: home }, sourcePort, to: { address, port: 8080 } })).toEqual([
    {
      time: "2027-01-15T08:00:00.123Z",
      code: "SUBNET_ACL_RESTRICTION",
      explanation:
        "the request from 198.51.100.7:40000 to 10.0.1.10:8080 (TCP) was dropped by network ACL acl-data (ingress rule *, deny all) of subnet subnet-data; nearest: rule 200, allow TCP 8080 from 10.0.2.0/24 (source 198.51.100.7 doesn't fit)",
      from: { internetAddress: home, port: 40000 },
      to: { address: "203.0.113.10", port: 8080 },
      interfaceId: "eni-data",
      direction: "ingress",
      packet: "request",
      component: { type: "network-acl", ids: ["acl-data"] },
      srcaddr: home,
      srcport: 40000,
      dstaddr: "10.0.1.10",
      dstport: 8080,
      subnetId: "subnet-data",
      aclRule: {
        ruleNumber: 32767,
        egress: false,
        protocol: "-1",
        ruleAction: "deny",
        cidrBlock: "0.0.0.0/0",
      },
      by: "network ACL acl-data (ingress rule *, deny all) of subnet subnet-data",
      nearest: {
        aclRule: tcpEntry(200, "ingress", [8080, 8080], "10.0.2.0/24"),
        misfits: ["source"],
      },
      further: [expect.objectContaining({ code: "ENI_SG_RULES_MISMATCH", interfaceId: "eni-data" })],
    },
  ]);
});

it("writes a drop by a group without a rule", () => {
  const [line] = logOf({ from: { interfaceId: "eni-stress" }, sourcePort, to: { address, port: 443 } });
  expect(line).toMatchObject({
    code: "ENI_SG_RULES_MISMATCH",
    from: { interfaceId: "eni-stress", port: 40000 },
    component: { type: "security-group", ids: ["sg-stress"] },
  });
  expect(line).not.toHaveProperty("aclRule");
});
