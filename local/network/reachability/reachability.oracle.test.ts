/**
 * Generated connections through generated rules, against an oracle that shares no code with the region: what is
 * passed and what decides there, each blocker and its code, and that no rule is nearer than the nearest.
 */
import { generatedConnection, generatedNetwork } from "../../../testing/generated-networks";
import { Random } from "../../../testing/random";
import { entryMisfits, expectedPath, ruleMisfits } from "../../../testing/reachability-oracle";
import { describeConnection, evaluateConnection } from "./reachability";
import { blockersOf, type ConnectionAttempt, type Drop, type PathComponent, type Verdict } from "./verdict";
import { known, type VpcModel } from "./vpc-model";

const networks = 400;
const connectionsEach = 50;

/** As the oracle writes it. */
function textOf({
  packet,
  direction,
  interfaceId = "none",
  component,
  code,
  ...decider
}: PathComponent): string {
  const { aclRule, securityGroupRule, route } = decider;
  const decided = aclRule?.ruleNumber ?? securityGroupRule?.id ?? route?.destinationCidrBlock ?? "none";
  const table = component.type === "route-table" ? ` ${component.ids.join()}` : "";
  const verdict = code === undefined ? "" : ` ${code}`;
  return `${packet} ${direction} ${interfaceId} ${component.type}${table} ${decided}${verdict}`;
}

/** The fewest misfits of any rule that could have allowed the packet; undefined if there is none. */
function fewestMisfits(model: VpcModel, peerGroups: readonly string[], drop: Drop): number | undefined {
  const { component, direction, srcaddr, dstaddr, dstport, interfaceId = "" } = drop;
  const egress = direction === "egress";
  const address = egress ? dstaddr : srcaddr;
  const least = (numbers: number[]) => (numbers.length === 0 ? undefined : Math.min(...numbers));
  if (component.type === "network-acl") {
    const { entries } = known(model.networkAcls, component.ids[0] ?? "");
    const allows = entries.filter(each => each.egress === egress && each.ruleAction === "allow");
    return least(allows.map(entry => entryMisfits(entry, address, dstport)));
  }
  const { groupIds } = known(model.networkInterfaces, interfaceId);
  const rules = [...model.securityGroupRules.values()];
  const candidates = rules.filter(rule => rule.egress === egress && groupIds.includes(rule.groupId));
  return least(candidates.map(rule => ruleMisfits(rule, address, peerGroups, dstport)));
}

function checkNearest(model: VpcModel, { to }: ConnectionAttempt, verdict: Verdict): void {
  const source = model.networkInterfaces.get(verdict.sourceInterfaceId ?? "");
  const destination = model.networkInterfaces.get(verdict.destinationInterfaceId ?? "");
  // Groups are known of whom is reached by a private address.
  const isPrivate = source && destination?.privateIpAddress === to.address;
  for (const drop of blockersOf(verdict)) {
    if (drop.component.type !== "security-group" && drop.aclRule?.ruleNumber !== 32767) continue;
    const peer = drop.direction === "egress" ? destination : source;
    const fewest = fewestMisfits(model, isPrivate && peer ? peer.groupIds : [], drop);
    expect({ drop, misfits: drop.nearest?.misfits.length }).toEqual({ drop, misfits: fewest });
  }
}

test(`${networks * connectionsEach} connections are judged as the oracle judges them`, () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = new Random(seed);
  const counts = { reachable: 0, twoBlockers: 0 };
  for (let i = 0; i < networks; i++) {
    const model = generatedNetwork(random);
    for (let j = 0; j < connectionsEach; j++) {
      const attempt = generatedConnection(random, model);
      const verdict = describeConnection(model, attempt);
      const actual = [...verdict.request, ...verdict.reply].map(textOf);
      const expected = expectedPath(model, attempt);
      // Comparing text is all that 100,000 cases leave time for.
      if (actual.join("\n") !== expected.join("\n"))
        expect({ seed, attempt, path: actual }).toEqual({ seed, attempt, path: expected });
      const blockers = blockersOf(verdict);
      const { outcome, drop } = evaluateConnection(model, attempt);
      if (verdict.reachable !== (outcome === "allowed") || drop?.by !== blockers[0]?.by)
        expect({ seed, attempt, verdict: { outcome, drop } }).toEqual({ seed, attempt, verdict });
      if (j === 0) checkNearest(model, attempt, verdict);
      if (verdict.reachable) counts.reachable++;
      if (blockers.length > 1) counts.twoBlockers++;
    }
  }
  // Else chance would have tried one kind of verdict only.
  expect(counts.reachable).toBeGreaterThan(networks);
  expect(counts.twoBlockers).toBeGreaterThan(networks);
});
