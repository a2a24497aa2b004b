/** Generated connections through generated rules, judged by the region and by an oracle that shares no code with it. */
import {
  blockersOf,
  type ConnectionAttempt,
  type Drop,
  type PathComponent,
  type Verdict,
} from "../local/network/reachability/verdict";
import { describeConnection, evaluateConnection } from "../local/network/reachability/reachability";
import { known, type VpcModel } from "../local/network/reachability/vpc-model";
import { generatedConnection, generatedNetwork } from "./generated-networks";
import { Random } from "./random";
import { entryMisfits, expectedPath, ruleMisfits } from "./reachability-oracle";

const connectionsPerNetwork = 50;

/** Where region and oracle differ, as text to compare. */
export interface Difference {
  attempt: ConnectionAttempt;
  region: string[];
  oracle: string[];
}

export interface Judged {
  reachable: number;
  /** With more than one thing in the way. */
  blockedTwice: number;
  differences: Difference[];
}

/** Compares what is passed and what decides there, each blocker and its code, and how near the nearest rule is. */
export function judgeConnections(seed: number, connections: number): Judged {
  const random = new Random(seed);
  const judged: Judged = { reachable: 0, blockedTwice: 0, differences: [] };
  let model = generatedNetwork(random);
  for (let i = 0; i < connections; i++) {
    if (i % connectionsPerNetwork === 0) model = generatedNetwork(random);
    const attempt = generatedConnection(random, model);
    const verdict = describeConnection(model, attempt);
    const region = [
      ...textsOf(verdict),
      ...nearestOf(verdict),
      firstOf(evaluateConnection(model, attempt).drop),
    ];
    const path = expectedPath(model, attempt);
    const oracle = [...path, ...nearestByOracle(model, attempt, verdict), firstByOracle(path)];
    if (region.join("\n") !== oracle.join("\n")) judged.differences.push({ attempt, region, oracle });
    if (verdict.reachable) judged.reachable++;
    if (blockersOf(verdict).length > 1) judged.blockedTwice++;
  }
  return judged;
}

/** As the oracle writes them. */
function textsOf({ request, reply }: Verdict): string[] {
  return [...request, ...reply].map(textOf);
}

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

const isCode = (word: string) => /^[A-Z0-9_]{5,}$/.test(word);

/** What the data path stops at. */
function firstOf(drop: Drop | undefined): string {
  return `first: ${drop ? textOf(drop) : "none"}`;
}

function firstByOracle(path: readonly string[]): string {
  return `first: ${path.find(line => isCode(line.split(" ").at(-1) ?? "")) ?? "none"}`;
}

function defaultDenies(verdict: Verdict): Drop[] {
  return blockersOf(verdict).filter(
    ({ component, aclRule }) => component.type === "security-group" || aclRule?.ruleNumber === 32767,
  );
}

/** How many of the packet's fields the nearest rule of each default deny doesn't fit. */
function nearestOf(verdict: Verdict): string[] {
  return defaultDenies(verdict).map(({ nearest }) => `nearest: ${nearest?.misfits.length ?? "none"}`);
}

/** The fewest misfits of any rule that could have allowed the packet. */
function nearestByOracle(model: VpcModel, { to }: ConnectionAttempt, verdict: Verdict): string[] {
  const source = model.networkInterfaces.get(verdict.sourceInterfaceId ?? "");
  const destination = model.networkInterfaces.get(verdict.destinationInterfaceId ?? "");
  // Groups are known of whom is reached by a private address.
  const isPrivate = source && destination?.privateIpAddress === to.address;
  return defaultDenies(verdict).map(
    ({ component, direction, srcaddr, dstaddr, dstport, interfaceId = "" }) => {
      const egress = direction === "egress";
      const address = egress ? dstaddr : srcaddr;
      const peer = egress ? destination : source;
      const misfits =
        component.type === "network-acl"
          ? known(model.networkAcls, component.ids[0] ?? "")
              .entries.filter(each => each.egress === egress && each.ruleAction === "allow")
              .map(entry => entryMisfits(entry, address, dstport))
          : [...model.securityGroupRules.values()]
              .filter(rule => rule.egress === egress)
              .filter(rule => known(model.networkInterfaces, interfaceId).groupIds.includes(rule.groupId))
              .map(rule => ruleMisfits(rule, address, isPrivate && peer ? peer.groupIds : [], dstport));
      return `nearest: ${misfits.length > 0 ? Math.min(...misfits) : "none"}`;
    },
  );
}
