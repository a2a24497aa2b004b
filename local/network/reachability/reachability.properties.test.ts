import fc from "fast-check";
import type { Decision } from "./decision";
import { declaredNetwork, home, interfaces } from "../../../testing/declared-network";
import { evaluateConnection } from "./reachability";
import type { ConnectionAttempt } from "./verdict";
import { known, type NetworkAclEntry, type SecurityGroupRule, type VpcModel } from "./vpc-model";

/** An unassigned address in the data subnet. */
const unassigned = "10.0.1.99";
const hosts = Object.values(interfaces);
const addresses = [
  ...hosts.flatMap(each => [each.privateIpAddress, each.publicIpAddress ?? ""]),
  unassigned,
  "192.0.2.80",
  "192.168.1.1",
];
const ports = [22, 80, 443, 5000, 8080];
const port = fc.constantFrom(...ports);
const cidrBlock = fc.constantFrom(
  ...[
    "0.0.0.0/0",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.2.0/24",
    "203.0.113.0/24",
    "10.0.2.11/32",
    "128.0.0.0/1",
  ],
);

const connections = fc.record<ConnectionAttempt>({
  from: fc.constantFrom(
    ...hosts.map(({ id }) => ({ interfaceId: id })),
    ...[home, "10.9.9.9"].map(internetAddress => ({ internetAddress })),
  ),
  sourcePort: fc.integer({ min: 32768, max: 60999 }),
  to: fc.record({ address: fc.constantFrom(...addresses), port }),
});

const entry = fc.record<NetworkAclEntry>({
  ruleNumber: fc.integer({ min: 1, max: 8 }),
  egress: fc.boolean(),
  protocol: fc.constantFrom("6", "6", "-1", "17"),
  ruleAction: fc.constantFrom("allow", "allow", "deny"),
  cidrBlock,
  portRange: fc.constantFrom({ from: 0, to: 65535 }, { from: 0, to: 8080 }, { from: 1024, to: 65535 }),
});
const entries = fc.uniqueArray(entry, { selector: each => `${each.egress} ${each.ruleNumber}` });

const rule = fc
  .record({
    groupId: fc.constantFrom("sg-data-access", "sg-receiver", "sg-load-balancer", "sg-stress"),
    egress: fc.boolean(),
    ipProtocol: fc.constantFrom("tcp", "-1"),
    fromPort: port,
    more: fc.nat(5000),
    otherEnd: fc.oneof(
      cidrBlock.map(cidrIpv4 => ({ cidrIpv4 })),
      fc
        .constantFrom("sg-data-access", "sg-receiver", "sg-load-balancer")
        .map(referencedSecurityGroupId => ({ referencedSecurityGroupId })),
    ),
  })
  .map(({ more, otherEnd, ...rest }): SecurityGroupRule => {
    return { id: "sgr-added", ...rest, toPort: rest.fromPort + more, ...otherEnd, tags: {} };
  });

/** The declared network with these entries in its two ACLs. */
function networkWith(dataEntries: NetworkAclEntry[], defaultEntries: NetworkAclEntry[]): VpcModel {
  const model = declaredNetwork();
  known(model.networkAcls, "acl-data").entries = dataEntries;
  known(model.networkAcls, "acl-default").entries = defaultEntries;
  return model;
}

function openAllGroups(model: VpcModel): VpcModel {
  for (const groupId of model.securityGroups.keys()) {
    for (const egress of [true, false]) {
      const id = `sgr-all-${groupId}-${egress}`;
      const everything = { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", tags: {} };
      model.securityGroupRules.set(id, { id, groupId, egress, ...everything });
    }
  }
  return model;
}

/** Whether an ACL allows a TCP packet, computed on bit strings without any of the code under test. */
function oracleAllows(list: NetworkAclEntry[], egress: boolean, address: string, destinationPort: number) {
  const bits = (dotted: string) =>
    dotted.split(".").reduce((all, octet) => all + Number(octet).toString(2).padStart(8, "0"), "");
  for (let number = 1; number <= 8; number++) {
    for (const each of list) {
      if (each.ruleNumber !== number || each.egress !== egress) continue;
      const [network = "", length] = each.cidrBlock.split("/");
      if (!bits(address).startsWith(bits(network).slice(0, Number(length)))) continue;
      if (each.protocol === "17") continue;
      const range = each.portRange ?? { from: NaN, to: NaN };
      if (each.protocol === "6" && !(range.from <= destinationPort && destinationPort <= range.to)) continue;
      return each.ruleAction === "allow";
    }
  }
  return false;
}

function isWithinOneSubnet({ from, to }: ConnectionAttempt): boolean {
  const source = hosts.find(({ id }) => "interfaceId" in from && id === from.interfaceId);
  const subnet = (address = "") => address.split(".").slice(0, 3).join(".");
  return subnet(source?.privateIpAddress) === subnet(to.address);
}

const runs = { numRuns: 1000 };

it("between subnets with open groups, the four ACL checks match an oracle's", () => {
  const pairs = [
    [interfaces.data, interfaces.receiver1],
    [interfaces.receiver1, interfaces.data],
    [interfaces.stress, interfaces.data],
  ] as const;
  fc.assert(
    fc.property(
      ...[fc.constantFrom(...pairs), entries, entries, port, fc.integer({ min: 1024, max: 65535 })],
      ([source, destination], dataEntries, defaultEntries, destinationPort, sourcePort) => {
        const model = openAllGroups(networkWith(dataEntries, defaultEntries));
        const sourceAddress = source.privateIpAddress;
        const destinationAddress = destination.privateIpAddress;
        const sourceEntries = source === interfaces.data ? dataEntries : defaultEntries;
        const destinationEntries = destination === interfaces.data ? dataEntries : defaultEntries;
        const checks = [
          oracleAllows(sourceEntries, true, destinationAddress, destinationPort),
          oracleAllows(destinationEntries, false, sourceAddress, destinationPort),
          oracleAllows(destinationEntries, true, sourceAddress, sourcePort),
          oracleAllows(sourceEntries, false, destinationAddress, sourcePort),
        ];
        const firstDenied = checks.indexOf(false);

        const to = { address: destinationAddress, port: destinationPort };
        const decision = evaluateConnection(model, { from: { interfaceId: source.id }, sourcePort, to });
        expect(decision.outcome).toBe(firstDenied === -1 ? "allowed" : "dropped");
        expect(decision.hops.map(hop => hop.action)).toEqual(
          ["ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT"]
            .slice(0, firstDenied)
            .concat(firstDenied === -1 ? "ACCEPT" : "REJECT"),
        );
      },
    ),
    runs,
  );
});

it("adding a rule to a group never drops an allowed connection", () => {
  fc.assert(
    fc.property(
      connections,
      entries,
      entries,
      fc.boolean(),
      rule,
      (connection, some, others, declared, added) => {
        const model = declared ? declaredNetwork() : networkWith(some, others);
        const before = evaluateConnection(model, connection).outcome;
        model.securityGroupRules.set(added.id, added);
        const after = evaluateConnection(model, connection).outcome;
        expect([before, after]).not.toEqual(["allowed", "dropped"]);
      },
    ),
    runs,
  );
});

it("ACLs without entries let nothing into or out of a subnet", () => {
  fc.assert(
    fc.property(connections, connection => {
      const { outcome, drop } = evaluateConnection(openAllGroups(networkWith([], [])), connection);
      expect(outcome).toBe(
        isWithinOneSubnet(connection) && connection.to.address !== unassigned ? "allowed" : "dropped",
      );
      if (drop?.aclRule) expect(drop.aclRule.ruleNumber).toBe(32767);
    }),
    runs,
  );
});

it("ACLs don't affect traffic within a subnet", () => {
  fc.assert(
    fc.property(connections.filter(isWithinOneSubnet), entries, entries, (connection, some, others) => {
      expect(evaluateConnection(networkWith(some, others), connection)).toEqual(
        evaluateConnection(declaredNetwork(), connection),
      );
    }),
    runs,
  );
});

it("hops and drop agree, and each reply hop mirrors a request hop", () => {
  const mirrored = ({ hops }: Decision) =>
    hops
      .filter(({ packet }) => packet === "reply")
      .every(({ interfaceId, srcaddr, dstaddr, srcport, dstport }) =>
        hops.some(
          hop =>
            hop.packet === "request" &&
            hop.interfaceId === interfaceId &&
            hop.srcaddr === dstaddr &&
            hop.dstaddr === srcaddr &&
            hop.srcport === dstport &&
            hop.dstport === srcport,
        ),
      );
  fc.assert(
    fc.property(connections, entries, entries, fc.boolean(), (connection, some, others, open) => {
      const model = networkWith(some, others);
      const decision = evaluateConnection(open ? openAllGroups(model) : model, connection);
      const { outcome, hops, drop } = decision;
      expect(mirrored(decision)).toBe(true);
      expect(drop === undefined).toBe(outcome === "allowed");
      const filtered = drop?.component.type === "network-acl" || drop?.component.type === "security-group";
      expect(hops.findIndex(({ action }) => action === "REJECT")).toBe(filtered ? hops.length - 1 : -1);
      if (filtered) {
        const { interfaceId, direction, packet } = drop;
        expect(hops.at(-1)).toMatchObject({ interfaceId, direction, packet });
      }
    }),
    runs,
  );
});

it("evaluating doesn't modify the model", () => {
  fc.assert(
    fc.property(connections, entries, entries, (connection, some, others) => {
      const model = networkWith(some, others);
      const before = structuredClone(model);
      evaluateConnection(model, connection);
      expect(structuredClone(model)).toEqual(before);
    }),
  );
});
