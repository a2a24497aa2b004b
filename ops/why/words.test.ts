import { describeAnalysis } from "./words";

const place = { Direction: "ingress", ExplanationCode: "SUBNET_ACL_RESTRICTION" };
const Acl = { Id: "acl-1", Name: "data" };

test("AWS's own answer has no components behind a blocker: what it explains in sum is told", () => {
  const SecurityGroups = [{ Id: "sg-1" }, { Id: "sg-2", Name: "web" }];
  const groups = {
    ExplanationCode: "ENI_SG_RULES_MISMATCH",
    SecurityGroups,
    NetworkInterface: { Id: "eni-1" },
  };
  expect(describeAnalysis({ NetworkPathFound: false, Explanations: [{ ...place, Acl }, groups] })).toEqual([
    "blocked by",
    "  - SUBNET_ACL_RESTRICTION, ingress: network ACL data (acl-1)",
    "  - ENI_SG_RULES_MISMATCH: security group sg-1, security group web (sg-2)",
  ]);
});

test("a blocker among the components is told with its packet, and its rule is the deciding or the nearest one", () => {
  const AclRule = {
    ...{ RuleNumber: 50, RuleAction: "deny", Egress: false, Cidr: "10.0.0.0/8" },
    ...{ Protocol: "tcp", PortRange: { From: 1024, To: 65535 } },
  };
  const component = { Component: Acl, AclRule };
  const nearest = { ...AclRule, RuleAction: "allow", Protocol: "all", PortRange: undefined };
  const lines = describeAnalysis({
    ForwardPathComponents: [{ ...component, Explanations: [{ ...place, Acl, AclRule }] }],
    ReturnPathComponents: [
      {
        ...component,
        Explanations: [{ ...place, Acl, AclRule: nearest, PacketField: "source-address, protocol" }],
      },
    ],
  });
  expect(lines).toEqual([
    "request",
    "  ✗ network ACL data (acl-1): rule 50, deny TCP 1024-65535 from 10.0.0.0/8: SUBNET_ACL_RESTRICTION",
    "reply",
    "  ✗ network ACL data (acl-1): rule 50, deny TCP 1024-65535 from 10.0.0.0/8: SUBNET_ACL_RESTRICTION",
    "blocked by",
    "  - request: SUBNET_ACL_RESTRICTION, ingress: network ACL data (acl-1); rule 50, deny TCP 1024-65535 from 10.0.0.0/8",
    "  - reply: SUBNET_ACL_RESTRICTION, ingress: network ACL data (acl-1); nearest: rule 50, allow all traffic from 10.0.0.0/8 (source-address, protocol don't fit)",
  ]);
});
