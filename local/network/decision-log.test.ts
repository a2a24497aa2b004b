import type { ConnectionAttempt } from "./reachability/decision";
import { decisionLog } from "./decision-log";
import { declaredNetwork, home, interfaces } from "../../testing/declared-network";
import { evaluateConnection } from "./reachability/reachability";

function logOf(connection: ConnectionAttempt): unknown[] {
  const lines: string[] = [];
  const log = decisionLog({ write: line => lines.push(line), now: () => 1_800_000_000_123 });
  log(connection, evaluateConnection(declaredNetwork(), connection));
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
        "the request from 198.51.100.7:40000 to 10.0.1.10:8080 (TCP) was dropped by network ACL acl-data (ingress rule *, deny all) of subnet subnet-data",
      from: { internetAddress: home, port: 40000 },
      to: { address: "203.0.113.10", port: 8080 },
      interfaceId: "eni-data",
      direction: "ingress",
      packet: "request",
      component: { type: "network-acl", ids: ["acl-data"] },
      rule: 32767,
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
  expect(line).not.toHaveProperty("rule");
});
