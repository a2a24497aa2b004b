/** Verdicts of the network in the page's terms: nodes, rule keys, and sentences with names. */
import type { Names } from "../network/drop-report";
import { withNames } from "../network/drop-report";
import { nearestEntry, nearestRule, type Unmatched } from "../network/reachability/nearest";
import {
  blockersOf,
  isDrop,
  type ConnectionAttempt,
  type Drop as Blocking,
  type Nearest as NearestRule,
  type PathComponent,
  type Verdict as NetworkVerdict,
} from "../network/reachability/verdict";
import { describeEntry, describeNearest, describeRule } from "../network/reachability/words";
import type { Purpose } from "../network/router";
import type { Drop, Hop, Nearest, RuleKey } from "./events";
import type { Places } from "./places";
import { entryKey, type RemovedRules } from "./rules";

export class Verdicts {
  constructor(
    private readonly names: Names,
    private readonly places: Places,
    private readonly removed: RemovedRules,
  ) {}

  /** There and back, also what lies behind a blocker. */
  hopsOf(verdict: NetworkVerdict): Hop[] {
    return [...verdict.request, ...verdict.reply].map(component => this.hop(verdict, component));
  }

  /** The rules that judged it, up to what drops it. */
  rulesOf(verdict: NetworkVerdict): RuleKey[] {
    const components = [...verdict.request, ...verdict.reply];
    const last = components.findIndex(isDrop);
    const judged = last === -1 ? components : components.slice(0, last + 1);
    return judged.flatMap(component => this.ruleOf(component) ?? []);
  }

  endsOf({ from, to }: ConnectionAttempt, { destinationInterfaceId }: NetworkVerdict, purpose: Purpose) {
    return {
      from: this.places.nodeOfSource(from, purpose),
      to: this.places.nodeOfDestination(destinationInterfaceId, to.address),
      port: to.port,
    };
  }

  /** Undefined if nothing drops it. */
  dropOf(
    attempt: ConnectionAttempt,
    verdict: NetworkVerdict,
    purpose: Purpose,
  ): Omit<Drop, "at" | "count"> | undefined {
    const [blocker] = blockersOf(verdict);
    if (!blocker) return undefined;
    const where = this.hop(verdict, blocker);
    const ends = this.endsOf(attempt, verdict, purpose);
    const { packet } = blocker;
    const healthCheck = purpose === "health-check";
    return {
      kind: [
        ...Object.values(ends),
        where.code,
        ...where.ids,
        where.rule,
        where.direction,
        packet,
        healthCheck,
      ].join(" "),
      ...ends,
      address: attempt.to.address,
      packet,
      healthCheck,
      where,
      text: this.sentence(blocker),
      hops: this.hopsOf(verdict),
    };
  }

  private sentence({ packet, by, component }: Blocking): string {
    const sentence = `The ${packet} was dropped by ${this.named(by)}.`;
    return packet === "reply" && component.type === "network-acl"
      ? `${sentence} A network ACL is stateless: it judges replies, too.`
      : sentence;
  }

  private hop(verdict: NetworkVerdict, component: PathComponent): Hop {
    const { packet, direction, interfaceId, code } = component;
    const { type, ids } = component.component;
    const what = `${type.replaceAll("-", " ")} ${ids.join(", ")}`;
    const text = isDrop(component) ? component.by : `${what}, ${direction}: ${decider(component)}`;
    return {
      ...{ packet, passed: code === undefined, component: type, ids, direction },
      node: interfaceId === undefined ? undefined : this.places.nodeOfInterface(interfaceId),
      rule: this.ruleOf(component),
      text: this.named(text),
      code,
      nearest: isDrop(component) ? this.nearest(verdict, component) : undefined,
    };
  }

  private ruleOf({
    component,
    aclRule,
    securityGroupRule,
  }: Pick<PathComponent, "component" | "aclRule" | "securityGroupRule">) {
    if (securityGroupRule) return this.removed.keyOf(securityGroupRule.id);
    return aclRule && entryKey(component.ids[0] ?? "", aclRule);
  }

  /** One that the page removed comes first if the packet would pass by it. */
  private nearest(verdict: NetworkVerdict, blocker: Blocking): Nearest | undefined {
    const removed = this.removedPass(verdict, blocker);
    if (removed) return removed;
    const { nearest, component } = blocker;
    const rule = nearest && this.ruleOf({ component, ...nearest });
    return rule === undefined || !nearest
      ? undefined
      : { rule, text: this.named(`Nearest: ${describeNearest(nearest, blocker)}.`) };
  }

  private removedPass(verdict: NetworkVerdict, blocker: Blocking): Nearest | undefined {
    const { component, direction, srcaddr, dstaddr, dstport: port } = blocker;
    const unmatched = { direction, address: direction === "ingress" ? srcaddr : dstaddr, port };
    for (const [key, removed] of this.removed.all()) {
      const { removedAt: at } = removed;
      const isHere =
        "rule" in removed
          ? component.ids.includes(removed.rule.groupId) && removed.rule.egress === (direction === "egress")
          : component.ids.includes(removed.aclId) && removed.entry.egress === (direction === "egress");
      if (!isHere) continue;
      const nearest: NearestRule | undefined =
        "rule" in removed
          ? nearestRule([removed.rule], unmatched, this.groupsOfOtherEnd(verdict, unmatched))
          : nearestEntry([removed.entry], unmatched);
      if (nearest?.misfits.length !== 0) continue;
      const text = "rule" in removed ? describeRule(removed.rule) : describeEntry(removed.entry);
      return {
        rule: key,
        text: this.named(`Rule ${text}, would let it pass, but was removed.`),
        removedAt: at,
      };
    }
    return undefined;
  }

  /** None if it is seen by its public address. */
  private groupsOfOtherEnd(
    { sourceInterfaceId = "", destinationInterfaceId = "" }: NetworkVerdict,
    { direction, address }: Unmatched,
  ): readonly string[] {
    const id = direction === "ingress" ? sourceInterfaceId : destinationInterfaceId;
    const other = this.names.model.networkInterfaces.get(id);
    return other?.privateIpAddress === address ? other.groupIds : [];
  }

  private named(text: string): string {
    return withNames(this.names, text);
  }
}

function decider({ aclRule, securityGroupRule, route }: PathComponent): string {
  if (aclRule) return `rule ${describeEntry(aclRule)}`;
  if (securityGroupRule) return `rule ${describeRule(securityGroupRule)}`;
  return route ? `route ${route.destinationCidrBlock} to ${route.gatewayId}` : "passes";
}
