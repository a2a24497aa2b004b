import type { Decision } from "./decision";
import {
  declaredNetwork,
  home,
  interfaces,
  tcpEntry,
  tcpRule,
  vpcOf,
} from "../../../testing/declared-network";
import { evaluateConnection } from "./reachability";
import type { ConnectionAttempt } from "./verdict";
import { known, type VpcModel } from "./vpc-model";
import { explain } from "./words";

type Host = keyof typeof interfaces;
type Change = (model: VpcModel) => void;
type Row<Expected> = [title: string, attempt: string, expected: Expected, change?: Change];

/** "home > data.public:5000" or "receiver1 > 10.0.1.10:8080", always from port 40000. */
function connection(text: string): ConnectionAttempt {
  const publicOrPrivate = (_: string, host: Host, kind: "public" | "private") =>
    interfaces[host][`${kind}IpAddress`] ?? "";
  const inAddresses = text.replace("home", home).replace(/(\w+)\.(public|private)/, publicOrPrivate);
  const [from = "", to = ""] = inAddresses.split(" > ");
  const [address = "", port] = to.split(":");
  return {
    from: from in interfaces ? { interfaceId: interfaces[from as Host].id } : { internetAddress: from },
    sourcePort: 40000,
    to: { address, port: Number(port) },
  };
}

function decide(text: string, change?: Change): Decision {
  const model = declaredNetwork();
  change?.(model);
  return evaluateConnection(model, connection(text));
}

/** The outcome on one line: what dropped which packet where. */
function outcome({ outcome, drop }: Decision): string {
  if (!drop) return outcome;
  const { code, packet, direction, interfaceId, component, aclRule } = drop;
  const parts = [code, packet, direction, interfaceId, ...component.ids, aclRule?.ruleNumber];
  return parts.filter(each => each !== undefined).join(" ");
}

function hops(decision: Decision): string[] {
  return decision.hops.map(hop => {
    const { action, interfaceId, direction, packet, srcaddr, srcport, dstaddr, dstport } = hop;
    return `${action} ${interfaceId} ${direction} ${packet} ${srcaddr}:${srcport} ${dstaddr}:${dstport}`;
  });
}

const withoutEntry =
  (ruleNumber: number, egress: boolean): Change =>
  model => {
    const acl = known(model.networkAcls, "acl-data");
    acl.entries = acl.entries.filter(each => each.ruleNumber !== ruleNumber || each.egress !== egress);
  };
const withEntry =
  (...entry: Parameters<typeof tcpEntry>): Change =>
  model =>
    known(model.networkAcls, "acl-data").entries.push(tcpEntry(...entry));
const withRule =
  (...rule: Parameters<typeof tcpRule>): Change =>
  model =>
    model.securityGroupRules.set(rule[0], tcpRule(...rule));
const withoutPublicAddress =
  (host: Host): Change =>
  model =>
    delete known(model.networkInterfaces, interfaces[host].id).publicIpAddress;

const byDataAcl = (rule = 32767) => `SUBNET_ACL_RESTRICTION request ingress eni-data acl-data ${rule}`;
const replyByDataAcl = "SUBNET_ACL_RESTRICTION reply ingress eni-data acl-data 32767";
const byGroup = (id: string, direction: "ingress" | "egress", group: string) =>
  `ENI_SG_RULES_MISMATCH request ${direction} ${id} ${group}`;
const receiverIn = byGroup("eni-receiver-1", "ingress", "sg-receiver");
const receiverOut = byGroup("eni-receiver-1", "egress", "sg-receiver");
const stressIn = byGroup("eni-stress", "ingress", "sg-stress");
const stressOut = byGroup("eni-stress", "egress", "sg-stress");
const balancerIn = byGroup("eni-lb-a", "ingress", "sg-load-balancer");
const balancerOut = byGroup("eni-lb-a", "egress", "sg-load-balancer");

describe("the declared network", () => {
  it.each([
    ["lets the Internet read from data", "home > data.public:5000", "allowed"],
    ["blocks the Internet from updating data", "home > data.public:8080", byDataAcl()],
    ["lets the operator into data by SSH", "home > data.public:22", "allowed"],
    ["blocks the Internet from other ports of data", "home > data.public:80", byDataAcl()],
    ["lets the operator into a receiver by SSH", "home > receiver1.public:22", "allowed"],
    ["lets the Internet call a receiver", "home > receiver1.public:8080", "allowed"],
    ["blocks the Internet from other ports of a receiver", "home > receiver1.public:5000", receiverIn],
    ["lets the Internet call a load balancer", "home > balancerA.public:80", "allowed"],
    ["blocks the Internet from a load balancer's other ports", "home > balancerA.public:8080", balancerIn],
    ["lets the operator into stress by SSH", "home > stress.public:22", "allowed"],
    ["blocks the Internet from bypassing stress's load balancer", "home > stress.public:8080", stressIn],
    ["lets a receiver update data privately", "receiver1 > data.private:8080", "allowed"],
    ["lets a receiver read from data privately", "receiver2 > data.private:5000", "allowed"],
    ["blocks a receiver from data's public address", "receiver1 > data.public:8080", receiverOut],
    ["blocks a receiver from data by SSH", "receiver1 > data.private:22", receiverOut],
    ["lets a receiver call the EC2 API", "receiver1 > 192.0.2.80:443", "allowed"],
    ["blocks a receiver from the rest of the Internet", "receiver1 > 192.0.2.80:80", receiverOut],
    ["drops a receiver's replies to data", "data > receiver1.private:8080", replyByDataAcl],
    ["drops the Internet's replies to data", "data > 192.0.2.80:443", replyByDataAcl],
    ["lets a load balancer call a receiver", "balancerA > receiver1.private:8080", "allowed"],
    ["lets a load balancer call stress in its own subnet", "balancerA > stress.private:8080", "allowed"],
    ["lets a load balancer call a fleet instance elsewhere", "balancerA > 10.0.12.30:8080", "allowed"],
    ["blocks a load balancer from data", "balancerA > data.private:5000", balancerOut],
    // A group reference matches private addresses only.
    [
      "blocks a load balancer from a receiver's public address",
      "balancerA > receiver1.public:8080",
      balancerOut,
    ],
    ["blocks stress from calling anyone", "stress > 192.0.2.80:443", stressOut],
    ["blocks receivers of one subnet from each other", "receiver1 > receiver2.private:8080", receiverOut],
  ])("%s", (_, attempt, expected) => {
    expect(outcome(decide(attempt))).toBe(expected);
  });
});

describe("hops", () => {
  it.each<Row<string[]>>([
    [
      "of a request from the Internet are the destination's, by its private address",
      "home > data.public:5000",
      [
        "ACCEPT eni-data ingress request 198.51.100.7:40000 10.0.1.10:5000",
        "ACCEPT eni-data egress reply 10.0.1.10:5000 198.51.100.7:40000",
      ],
    ],
    [
      "of a request to the Internet are the source's, by its private address",
      "receiver1 > 192.0.2.80:443",
      [
        "ACCEPT eni-receiver-1 egress request 10.0.2.11:40000 192.0.2.80:443",
        "ACCEPT eni-receiver-1 ingress reply 192.0.2.80:443 10.0.2.11:40000",
      ],
    ],
    [
      "within the VPC are both interfaces', by private addresses",
      "receiver1 > data.private:8080",
      [
        "ACCEPT eni-receiver-1 egress request 10.0.2.11:40000 10.0.1.10:8080",
        "ACCEPT eni-data ingress request 10.0.2.11:40000 10.0.1.10:8080",
        "ACCEPT eni-data egress reply 10.0.1.10:8080 10.0.2.11:40000",
        "ACCEPT eni-receiver-1 ingress reply 10.0.1.10:8080 10.0.2.11:40000",
      ],
    ],
    [
      "via a public address show each interface the other's public address",
      "data > receiver1.public:8080",
      [
        "ACCEPT eni-data egress request 10.0.1.10:40000 203.0.113.21:8080",
        "ACCEPT eni-receiver-1 ingress request 203.0.113.10:40000 10.0.2.11:8080",
        "ACCEPT eni-receiver-1 egress reply 10.0.2.11:8080 203.0.113.10:40000",
        "ACCEPT eni-data ingress reply 203.0.113.21:8080 10.0.1.10:40000",
      ],
      withEntry(400, "ingress", [32768, 60999], "0.0.0.0/0"),
    ],
    [
      "end with the request that the ACL rejects inbound",
      "home > data.public:8080",
      ["REJECT eni-data ingress request 198.51.100.7:40000 10.0.1.10:8080"],
    ],
    [
      "end with the request that the source's group rejects",
      "stress > data.private:5000",
      ["REJECT eni-stress egress request 10.0.11.20:40000 10.0.1.10:5000"],
    ],
    [
      "end with the request that the destination's group rejects, after the source allowed it",
      "data > stress.private:8080",
      [
        "ACCEPT eni-data egress request 10.0.1.10:40000 10.0.11.20:8080",
        "REJECT eni-stress ingress request 10.0.1.10:40000 10.0.11.20:8080",
      ],
    ],
    [
      "end with the reply that the source's ACL rejects inbound",
      "data > receiver1.private:8080",
      [
        "ACCEPT eni-data egress request 10.0.1.10:40000 10.0.2.11:8080",
        "ACCEPT eni-receiver-1 ingress request 10.0.1.10:40000 10.0.2.11:8080",
        "ACCEPT eni-receiver-1 egress reply 10.0.2.11:8080 10.0.1.10:40000",
        "REJECT eni-data ingress reply 10.0.2.11:8080 10.0.1.10:40000",
      ],
    ],
    [
      "end with the Internet's reply that the source's ACL rejects inbound",
      "data > 192.0.2.80:443",
      [
        "ACCEPT eni-data egress request 10.0.1.10:40000 192.0.2.80:443",
        "REJECT eni-data ingress reply 192.0.2.80:443 10.0.1.10:40000",
      ],
    ],
    [
      "end with the reply that the destination's ACL rejects outbound, as in AWS's ping example",
      "home > data.public:5000",
      [
        "ACCEPT eni-data ingress request 198.51.100.7:40000 10.0.1.10:5000",
        "REJECT eni-data egress reply 10.0.1.10:5000 198.51.100.7:40000",
      ],
      withoutEntry(100, true),
    ],
    [
      "omit a reply at the source if the destination's ACL rejects it",
      "receiver1 > data.private:8080",
      [
        "ACCEPT eni-receiver-1 egress request 10.0.2.11:40000 10.0.1.10:8080",
        "ACCEPT eni-data ingress request 10.0.2.11:40000 10.0.1.10:8080",
        "REJECT eni-data egress reply 10.0.1.10:8080 10.0.2.11:40000",
      ],
      withoutEntry(100, true),
    ],
    ["are empty for a host's traffic to itself", "stress > stress.private:8080", []],
    ["are empty for instance metadata", "stress > 169.254.169.254:80", []],
  ])("%s", (...[, attempt, expected, change]: Row<string[]>) => {
    expect(hops(decide(attempt, change))).toEqual(expected);
  });
});

describe("network ACLs", () => {
  const anywhere: Change = withRule("sgr-x", "receiver", "egress", 8080, { cidrIpv4: "0.0.0.0/0" });
  const withoutEntries: Change = model => (known(model.networkAcls, "acl-default").entries = []);
  const withDefaultAcl: Change = model => {
    known(model.networkAclAssociations, "aclassoc-data").networkAclId = "acl-default";
  };
  const read = "home > data.public:5000";
  const call = "data > receiver1.private:8080";
  const bySourceAcl = "SUBNET_ACL_RESTRICTION request egress eni-data acl-data 32767";
  const byDefaultAcl = "SUBNET_ACL_RESTRICTION request egress eni-receiver-1 acl-default 32767";
  const denied = withEntry(50, "ingress", [0, 65535], "198.51.100.0/24", "deny");
  const ephemeral = withEntry(400, "ingress", [1024, 65535], "0.0.0.0/0");
  const onePort = withEntry(400, "ingress", [40000, 40000], "10.0.2.11/32");

  it.each<[string, string, Change[], string]>([
    [
      "see a public source when data is called by its public address, so that entry 200 doesn't match",
      "receiver1 > data.public:8080",
      [anywhere],
      byDataAcl(),
    ],
    [
      "apply within a subnet if the interfaces use public addresses",
      "receiver1 > receiver2.public:8080",
      [anywhere, withoutEntries],
      byDefaultAcl,
    ],
    ["apply a deny with a lower number first", read, [denied], byDataAcl(50)],
    ["let data call out once they allow ephemeral ports in", call, [ephemeral], "allowed"],
    ["match the reply's port against the request's source port only", call, [onePort], "allowed"],
    [
      "are the associated one's: with the VPC's default, everything passes",
      call,
      [withDefaultAcl],
      "allowed",
    ],
    ["reject a request leaving the source's subnet", call, [withoutEntry(100, true)], bySourceAcl],
    ["allow traffic within a subnet", "balancerA > stress.private:8080", [withoutEntries], "allowed"],
  ])("%s", (_, attempt, changes, expected) => {
    const change: Change = model => changes.forEach(each => each(model));
    expect(outcome(decide(attempt, change))).toBe(expected);
  });
});

describe("security groups", () => {
  it("match a group reference by private address only", () => {
    const change: Change = model => {
      known(model.securityGroupRules, "sgr-receiver-http").cidrIpv4 = undefined;
      known(model.securityGroupRules, "sgr-receiver-http").referencedSecurityGroupId = "sg-data-access";
      withEntry(400, "ingress", [1024, 65535], "0.0.0.0/0")(model);
    };
    expect(outcome(decide("data > receiver1.private:8080", change))).toBe("allowed");
    expect(outcome(decide("data > receiver1.public:8080", change))).toBe(receiverIn);
  });

  it("of one interface are combined", () => {
    const change: Change = model => {
      known(model.networkInterfaces, "eni-stress").groupIds = ["sg-stress", "sg-receiver"];
    };
    expect(outcome(decide("home > stress.public:8080", change))).toBe("allowed");
    const decision = decide("home > stress.public:9", change);
    expect(outcome(decision)).toBe(`${stressIn} sg-receiver`);
    expect(decision.drop?.by).toContain(
      "security groups sg-stress, sg-receiver of network interface eni-stress",
    );
  });

  it("never apply to a reply", () => {
    const rules = [...declaredNetwork().securityGroupRules.values()];
    expect(rules.some(each => each.groupId === "sg-stress" && each.egress)).toBe(false);
    expect(outcome(decide("home > stress.public:22"))).toBe("allowed");
  });
});

describe("routes and the internet gateway", () => {
  const onMainTable =
    (subnet: string): Change =>
    model =>
      model.routeTableAssociations.delete(`rtbassoc-${subnet}`);
  const detached: Change = model => (known(model.internetGateways, "igw-main").vpcId = "vpc-other");
  const read = "home > data.public:5000";
  const call = "receiver1 > 192.0.2.80:443";
  const noRoute = "NO_ROUTE_TO_DESTINATION request egress eni-receiver-1 rtb-main";
  const blackhole = "BAD_STATE_ROUTE request egress eni-receiver-1 rtb-public";

  it.each<Row<string>>([
    ["drop a request without a route", call, noRoute, onMainTable("receiver")],
    [
      "drop a reply without a route, even though the request came in",
      read,
      "NO_ROUTE_TO_DESTINATION reply egress eni-data rtb-main",
      onMainTable("data"),
    ],
    [
      "need only the local route within the VPC",
      "receiver1 > data.private:8080",
      "allowed",
      model => {
        model.routeTableAssociations.clear();
        known(model.routeTables, "rtb-main").routes = [];
      },
    ],
    ["drop a request to a detached gateway", call, blackhole, detached],
    ["let nothing in without a gateway", read, "NO_PATH request ingress eni-data eni-data", detached],
    [
      "drop requests from an interface without a public address",
      call,
      "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS request egress eni-receiver-1 igw-main",
      withoutPublicAddress("receiver1"),
    ],
    [
      "drop requests to an unassigned public address",
      read,
      "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS request ingress igw-main",
      withoutPublicAddress("data"),
    ],
    [
      "drop requests from the Internet to a private address",
      "home > data.private:5000",
      "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS request ingress igw-main",
    ],
    [
      "drop requests that claim a private source address",
      "192.168.0.7 > data.public:5000",
      "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS request ingress eni-data igw-main",
    ],
    [
      "drop requests to a private address outside the VPC",
      "receiver1 > 192.168.0.7:443",
      "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS request egress eni-receiver-1 igw-main",
    ],
    [
      "drop requests to a shared address",
      "receiver1 > 100.64.0.1:443",
      "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS request egress eni-receiver-1 igw-main",
    ],
    [
      "drop a request to an unassigned address in the VPC",
      "receiver1 > 10.0.1.99:8080",
      "NO_POSSIBLE_DESTINATION request egress eni-receiver-1 rtb-public",
    ],
    [
      "never confuse addresses of different VPCs",
      "receiver1 > 10.0.1.10:8080",
      "NO_POSSIBLE_DESTINATION request egress eni-receiver-1 rtb-public",
      model => {
        model.vpcs.set("vpc-other", vpcOf("vpc-other", "10.0.0.0/16"));
        known(model.subnets, "subnet-data").vpcId = "vpc-other";
      },
    ],
  ])("%s", (...[, attempt, expected, change]: Row<string>) => {
    expect(outcome(decide(attempt, change))).toBe(expected);
  });

  it("leave the packets they drop accepted in the hops: flow logs cover only groups and ACLs", () => {
    expect(hops(decide(call, onMainTable("receiver")))).toEqual([
      "ACCEPT eni-receiver-1 egress request 10.0.2.11:40000 192.0.2.80:443",
    ]);
    expect(hops(decide(read, onMainTable("data")))).toEqual([
      "ACCEPT eni-data ingress request 198.51.100.7:40000 10.0.1.10:5000",
      "ACCEPT eni-data egress reply 10.0.1.10:5000 198.51.100.7:40000",
    ]);
  });
});

describe("the destination", () => {
  it.each<[string, string | undefined]>([
    ["home > data.public:5000", "eni-data"],
    ["home > data.public:8080", "eni-data"],
    ["receiver1 > data.private:8080", "eni-data"],
    ["stress > stress.private:8080", "eni-stress"],
    ["receiver1 > 192.0.2.80:443", undefined],
    ["receiver1 > 169.254.169.254:80", undefined],
    ["receiver1 > 10.0.1.99:8080", undefined],
    ["home > 203.0.113.99:5000", undefined],
  ])("of %s is %s", (attempt, interfaceId) => {
    const decision = decide(attempt);
    expect(decision.destinationInterfaceId).toBe(interfaceId);
    expect("destinationInterfaceId" in decision).toBe(interfaceId !== undefined);
  });

  it("whose instance is stopped gets no packet, and logs none", () => {
    const stopped: Change = model => (known(model.networkInterfaces, "eni-data").isDown = true);
    const decision = decide("receiver1 > data.private:8080", stopped);
    expect(outcome(decision)).toBe("BAD_STATE request ingress eni-data eni-data");
    expect(hops(decision)).toEqual(["ACCEPT eni-receiver-1 egress request 10.0.2.11:40000 10.0.1.10:8080"]);
    expect(outcome(decide("home > data.public:5000", stopped))).toBe(
      "BAD_STATE request ingress eni-data eni-data",
    );
  });
});

describe("an explanation names packet, component and rule", () => {
  it.each<Row<string>>([
    [
      "of an ACL's implied deny",
      "data > 203.0.113.21:8080",
      "the reply from 203.0.113.21:8080 to 10.0.1.10:40000 (TCP) was dropped by network ACL acl-data (ingress rule *, deny all) of subnet subnet-data; nearest: rule 300, allow TCP 5000 from 0.0.0.0/0 (port 40000 doesn't fit)",
    ],
    [
      "of an ACL's entry",
      "home > data.public:5000",
      "the reply from 10.0.1.10:5000 to 198.51.100.7:40000 (TCP) was dropped by network ACL acl-data (egress rule 50, deny TCP 1024-65535 to 198.51.100.0/24) of subnet subnet-data",
      withEntry(50, "egress", [1024, 65535], "198.51.100.0/24", "deny"),
    ],
    [
      "of a group",
      "stress > data.private:5000",
      "the request from 10.0.11.20:40000 to 10.0.1.10:5000 (TCP) was dropped by security group sg-stress of network interface eni-stress (no egress rule allows TCP 5000 to 10.0.1.10)",
    ],
    [
      "of a route table",
      "home > data.public:5000",
      "the reply from 10.0.1.10:5000 to 198.51.100.7:40000 (TCP) was dropped by route table rtb-main of subnet subnet-data (no route to 198.51.100.7)",
      model => model.routeTableAssociations.clear(),
    ],
    [
      "of a local route to an unassigned address",
      "receiver1 > 10.0.1.99:8080",
      "the request from 10.0.2.11:40000 to 10.0.1.99:8080 (TCP) was dropped by route table rtb-public of subnet subnet-receiver (local route, but no network interface has 10.0.1.99)",
    ],
    [
      "of a gateway",
      "home > 203.0.113.99:80",
      "the request from 198.51.100.7:40000 to 203.0.113.99:80 (TCP) was dropped by internet gateway igw-main (no network interface has the public address 203.0.113.99)",
    ],
    [
      "of a stopped instance",
      "home > data.public:5000",
      "the request from 198.51.100.7:40000 to 10.0.1.10:5000 (TCP) was dropped by network interface eni-data (its instance is stopped)",
      model => (known(model.networkInterfaces, "eni-data").isDown = true),
    ],
  ])("%s", (...[, attempt, explanation, change]: Row<string>) => {
    const { drop } = decide(attempt, change);
    expect(drop && explain(drop)).toBe(explanation);
  });
});

it("returns all of a drop's fields", () => {
  expect(decide("home > data.public:8080").drop).toEqual({
    code: "SUBNET_ACL_RESTRICTION",
    interfaceId: "eni-data",
    direction: "ingress",
    packet: "request",
    srcaddr: home,
    srcport: 40000,
    dstaddr: "10.0.1.10",
    dstport: 8080,
    subnetId: "subnet-data",
    component: { type: "network-acl", ids: ["acl-data"] },
    aclRule: { ruleNumber: 32767, egress: false, protocol: "-1", ruleAction: "deny", cidrBlock: "0.0.0.0/0" },
    by: "network ACL acl-data (ingress rule *, deny all) of subnet subnet-data",
    nearest: { aclRule: tcpEntry(200, "ingress", [8080, 8080], "10.0.2.0/24"), misfits: ["source"] },
  });
});

describe("an impossible packet", () => {
  it.each([
    ["an unknown interface", { ...connection("x > 10.0.1.10:80"), from: { interfaceId: "eni-none" } }],
    ["a name instead of an address", connection("receiver1 > localhost:80")],
    ["a name instead of an address, from the Internet", connection("home > localhost:80")],
    ["a name as the Internet address", connection("somebody > data.public:5000")],
  ])("is rejected: %s", (_, attempt) => {
    expect(() => evaluateConnection(declaredNetwork(), attempt)).toThrow();
  });
});
