import fc from "fast-check";
import { declaredNetwork, tcpEntry } from "../../../testing/declared-network";
import { known, type NetworkAcl, type NetworkAclEntry } from "./vpc-model";
import { decidingEntry, entriesInOrder, networkAclOf, type AclPacket } from "./network-acl";

function aclOf(entries: NetworkAclEntry[]): NetworkAcl {
  return { id: "acl-1", vpcId: "vpc-1", isDefault: false, entries, tags: {} };
}

const packet: AclPacket = { egress: false, address: "10.0.2.11", destinationPort: 8080 };

function decide(entries: NetworkAclEntry[], change: Partial<AclPacket> = {}) {
  const { ruleNumber, ruleAction } = decidingEntry(aclOf(entries), { ...packet, ...change });
  return `${ruleNumber} ${ruleAction}`;
}

describe("the deciding entry", () => {
  const allow = tcpEntry(200, "ingress", [8080, 8080], "10.0.2.0/24");
  const deny = tcpEntry(100, "ingress", [8000, 9000], "10.0.0.0/16", "deny");
  const everything: NetworkAclEntry = { ...allow, ruleNumber: 50, protocol: "-1", cidrBlock: "0.0.0.0/0" };
  const anyPort = { ...everything, portRange: undefined };

  it.each<[string, NetworkAclEntry[], Partial<AclPacket>, string]>([
    ["is the implied deny if there are no entries", [], {}, "32767 deny"],
    ["is the matching one", [allow], {}, "200 allow"],
    ["is the lowest matching number, regardless of storage order", [allow, deny], {}, "100 deny"],
    ["is not a lower number that doesn't match", [deny, allow], { destinationPort: 22 }, "32767 deny"],
    ["is not one of the other direction", [allow], { egress: true }, "32767 deny"],
    ["is not one for another address", [allow], { address: "10.0.3.0" }, "32767 deny"],
    ["is not one for a port below its range", [deny], { destinationPort: 7999 }, "32767 deny"],
    ["includes the first port of a range", [deny], { destinationPort: 8000 }, "100 deny"],
    ["includes the last port of a range", [deny], { destinationPort: 9000 }, "100 deny"],
    ["is not one for a port above its range", [deny], { destinationPort: 9001 }, "32767 deny"],
    ["is not one for UDP", [{ ...allow, protocol: "17" }], {}, "32767 deny"],
    ["matches every port without a port range", [{ ...allow, portRange: undefined }], {}, "200 allow"],
    ["can match every protocol", [anyPort, deny], {}, "50 allow"],
    ["ignores the port range if it matches every protocol", [everything], { destinationPort: 1 }, "50 allow"],
  ])("%s", (_, entries, change, expected) => {
    expect(decide(entries, change)).toBe(expected);
  });

  it("is the one found by an oracle that goes through all rule numbers", () => {
    const networks = ["0.0.0.0/0", "10.0.0.0/16", "10.0.2.0/24", "10.0.2.11/32", "128.0.0.0/1"];
    const members: Record<string, (address: string) => boolean> = {
      "0.0.0.0/0": () => true,
      "10.0.0.0/16": address => address.startsWith("10.0."),
      "10.0.2.0/24": address => address.startsWith("10.0.2."),
      "10.0.2.11/32": address => address === "10.0.2.11",
      "128.0.0.0/1": address => Number(address.split(".")[0]) >= 128,
    };
    const entry = fc.record<NetworkAclEntry>({
      ruleNumber: fc.integer({ min: 1, max: 12 }),
      egress: fc.boolean(),
      protocol: fc.constantFrom("6", "6", "6", "-1", "17"),
      ruleAction: fc.constantFrom("allow", "deny"),
      cidrBlock: fc.constantFrom(...networks),
      portRange: fc.tuple(fc.nat(4), fc.nat(4)).map(([from, more]) => ({ from, to: from + more })),
    });
    const entries = fc.uniqueArray(entry, { selector: each => `${each.egress} ${each.ruleNumber}` });
    const packets = fc.record<AclPacket>({
      egress: fc.boolean(),
      address: fc.constantFrom("10.0.2.11", "10.0.2.12", "10.0.1.1", "9.9.9.9", "203.0.113.9"),
      destinationPort: fc.nat(9),
    });
    fc.assert(
      fc.property(entries, packets, (list, each) => {
        let expected = "32767 deny";
        for (let number = 12; number >= 1; number--) {
          for (const { ruleNumber, egress, protocol, ruleAction, cidrBlock, portRange } of list) {
            const { from = 0, to = 65535 } = portRange ?? {};
            const inRange = from <= each.destinationPort && each.destinationPort <= to;
            const covered = protocol === "-1" || (protocol === "6" && inRange);
            const here = ruleNumber === number && egress === each.egress;
            if (here && covered && members[cidrBlock]?.(each.address)) expected = `${number} ${ruleAction}`;
          }
        }
        expect(decide(list, each)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

it("sorts a direction's entries by number and ends with the implied deny", () => {
  const entries = [300, 100, 200].map(number => tcpEntry(number, "ingress", [1, 1], "0.0.0.0/0"));
  const other = tcpEntry(150, "egress", [1, 1], "0.0.0.0/0");
  const acl = aclOf([...entries, other]);
  expect(entriesInOrder(acl, false).map(each => each.ruleNumber)).toEqual([100, 200, 300, 32767]);
  expect(entriesInOrder(acl, true).map(each => each.ruleNumber)).toEqual([150, 32767]);
  expect(acl.entries.map(each => each.ruleNumber)).toEqual([300, 100, 200, 150]);
});

describe("a subnet's network ACL", () => {
  const model = declaredNetwork();

  it.each([
    ["subnet-data", "acl-data"],
    ["subnet-receiver", "acl-default"],
  ])("of %s is %s", (subnetId, aclId) => {
    expect(networkAclOf(model, known(model.subnets, subnetId)).id).toBe(aclId);
  });

  it("is its association's alone, never a default", () => {
    const subnet = { ...known(model.subnets, "subnet-receiver"), id: "subnet-other" };
    expect(() => networkAclOf(model, subnet)).toThrow("subnet-other has no network ACL");
  });
});
