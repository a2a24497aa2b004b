/** The description of a connection's whole way, there and back. */
import { declaredNetwork, home, interfaces, tcpEntry } from "../../../testing/declared-network";
import { describeConnection, evaluateConnection } from "./reachability";
import { blockersOf, type ConnectionAttempt, type PathComponent, type Verdict } from "./verdict";
import { known, type VpcModel } from "./vpc-model";
import { explain } from "./words";

const receiverToData: ConnectionAttempt = {
  from: { interfaceId: "eni-receiver-1" },
  sourcePort: 40000,
  to: { address: "10.0.1.10", port: 8080 },
};
const fromHome = (address = "", port = 5000): ConnectionAttempt => {
  return { from: { internetAddress: home }, sourcePort: 40000, to: { address, port } };
};
const toInternet: ConnectionAttempt = { ...receiverToData, to: { address: "192.0.2.80", port: 443 } };

/** Where, what, and what decided. */
function line({
  packet,
  direction,
  subnetId,
  component,
  aclRule,
  securityGroupRule,
  route,
  code,
}: PathComponent) {
  const decider = aclRule?.ruleNumber ?? securityGroupRule?.id ?? route?.destinationCidrBlock ?? "";
  const where = `${packet} ${direction} ${subnetId ?? "nowhere"}`;
  return `${where}: ${component.ids.join(" ")} ${decider}${code ? ` ${code}` : ""}`;
}

const lines = ({ request, reply }: Verdict) => [...request, ...reply].map(line);

it("names what decides at each component of a connection that passes", () => {
  const verdict = describeConnection(declaredNetwork(), receiverToData);
  expect(verdict).toMatchObject({
    reachable: true,
    sourceInterfaceId: "eni-receiver-1",
    destinationInterfaceId: "eni-data",
  });
  expect(lines(verdict)).toEqual([
    "request egress subnet-receiver: sg-receiver sgr-receiver-to-update",
    "request egress subnet-receiver: acl-default 100",
    "request egress subnet-receiver: rtb-public 10.0.0.0/16",
    "request ingress subnet-data: acl-data 200",
    "request ingress subnet-data: sg-data-access sgr-data-update",
    "reply egress subnet-data: acl-data 100",
    "reply egress subnet-data: rtb-public 10.0.0.0/16",
    "reply ingress subnet-receiver: acl-default 100",
  ]);
});

it("passes internet gateways on the way out of the VPC and into it", () => {
  expect(lines(describeConnection(declaredNetwork(), toInternet))).toEqual([
    "request egress subnet-receiver: sg-receiver sgr-receiver-to-aws",
    "request egress subnet-receiver: acl-default 100",
    "request egress subnet-receiver: rtb-public 0.0.0.0/0",
    "request egress subnet-receiver: igw-main ",
    "reply ingress subnet-receiver: igw-main ",
    "reply ingress subnet-receiver: acl-default 100",
  ]);
});

it("names every blocker, there and back", () => {
  const model = declaredNetwork();
  known(model.networkAcls, "acl-data").entries = [];
  known(model.networkAcls, "acl-default").entries = [tcpEntry(7, "egress", [0, 65535], "10.0.0.0/8", "deny")];
  known(model.networkInterfaces, "eni-data").isDown = true;
  const verdict = describeConnection(model, { ...receiverToData, to: { address: "10.0.1.10", port: 22 } });
  expect(verdict.reachable).toBe(false);
  expect(blockersOf(verdict).map(line)).toEqual([
    "request egress subnet-receiver: sg-receiver  ENI_SG_RULES_MISMATCH",
    "request egress subnet-receiver: acl-default 7 SUBNET_ACL_RESTRICTION",
    "request ingress subnet-data: eni-data  BAD_STATE",
    "request ingress subnet-data: acl-data 32767 SUBNET_ACL_RESTRICTION",
    "reply egress subnet-data: acl-data 32767 SUBNET_ACL_RESTRICTION",
    "reply ingress subnet-receiver: acl-default 32767 SUBNET_ACL_RESTRICTION",
  ]);
});

it("goes on behind a missing route, as the gateway may drop the packet too", () => {
  const model = declaredNetwork();
  const route = { destinationCidrBlock: "192.0.3.0/24", gatewayId: "igw-main" };
  known(model.routeTables, "rtb-public").routes = [route];
  delete known(model.networkInterfaces, "eni-receiver-1").publicIpAddress;
  const blockers = blockersOf(describeConnection(model, toInternet));
  expect(blockers.map(({ code }) => code)).toEqual([
    "NO_ROUTE_TO_DESTINATION",
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
  ]);
  expect(blockers[0]?.nearest).toEqual({
    route,
    misfits: ["destination"],
  });
});

it.each<[string, ConnectionAttempt]>([
  ["an unassigned address in the VPC", { ...receiverToData, to: { address: "10.0.1.99", port: 8080 } }],
  ["an unassigned public address", fromHome("203.0.113.99")],
])("has no reply from %s", (_, attempt) => {
  const verdict = describeConnection(declaredNetwork(), attempt);
  expect(verdict).toMatchObject({ reachable: false, reply: [] });
  expect(verdict).not.toHaveProperty("destinationInterfaceId");
});

it.each(["10.0.2.11", "169.254.169.254"])("is empty for %s, whose packets nothing judges", address => {
  const verdict = describeConnection(declaredNetwork(), { ...receiverToData, to: { address, port: 80 } });
  expect(verdict).toMatchObject({ reachable: true, request: [], reply: [] });
});

it.each<[title: string, attempt: ConnectionAttempt, text: string]>([
  [
    "an ACL, of the source",
    fromHome(interfaces.data.publicIpAddress, 8080),
    "the request from 198.51.100.7:40000 to 10.0.1.10:8080 (TCP) was dropped by network ACL acl-data (ingress rule *, deny all) of subnet subnet-data; nearest: rule 200, allow TCP 8080 from 10.0.2.0/24 (source 198.51.100.7 doesn't fit)",
  ],
  [
    "an ACL, of the reply's port",
    { ...receiverToData, from: { interfaceId: "eni-data" }, to: { address: "10.0.2.11", port: 8080 } },
    "the reply from 10.0.2.11:8080 to 10.0.1.10:40000 (TCP) was dropped by network ACL acl-data (ingress rule *, deny all) of subnet subnet-data; nearest: rule 200, allow TCP 8080 from 10.0.2.0/24 (port 40000 doesn't fit)",
  ],
  [
    "a group",
    { ...receiverToData, to: { address: interfaces.data.publicIpAddress ?? "", port: 8080 } },
    "the request from 10.0.2.11:40000 to 203.0.113.10:8080 (TCP) was dropped by security group sg-receiver of network interface eni-receiver-1 (no egress rule allows TCP 8080 to 203.0.113.10); nearest: rule sgr-receiver-to-update, allow TCP 8080 to 10.0.1.0/24 (destination 203.0.113.10 doesn't fit)",
  ],
])("a default deny is explained with the nearest rule: %s", (_, attempt, text) => {
  const [drop] = blockersOf(describeConnection(declaredNetwork(), attempt));
  expect(drop && explain(drop)).toBe(text);
});

it("begins with what the data path stops at, and is a value of its own", () => {
  const model: VpcModel = declaredNetwork();
  const attempt = fromHome(interfaces.data.publicIpAddress, 8080);
  const verdict = describeConnection(model, attempt);
  expect(blockersOf(verdict)[0]).toEqual(evaluateConnection(model, attempt).drop);
  const before = structuredClone(verdict);
  for (const { entries } of model.networkAcls.values())
    for (const entry of entries) entry.cidrBlock = "192.0.2.0/24";
  expect(verdict).toEqual(before);
  expect(JSON.parse(JSON.stringify(verdict))).toEqual(before);
});
