/** Rules of listeners. Sources: ELB API Reference, each action by its name. */
import type { Rule as RuleDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import { validationError } from "../../../api/aws-error";
import { assertArns, find, notFound } from "../arns";
import { conditionList, validConditions } from "../conditions";
import type { Elbv2 } from "../elbv2";
import { addRule, applyRules, rulesOf } from "../listeners";
import { refusals } from "../refusals";
import { actionParts, validAction } from "../routing-actions";
import type { Listener, Rule } from "../state";
import { withTags } from "../tags";
import type { Elbv2Actions } from "./context";
import { assertOneSelector, page } from "./common";
import { usableBy } from "./listeners";

const conditions = [
  "Conditions.Field",
  "Conditions.Values",
  "Conditions.HostHeaderConfig.Values",
  "Conditions.PathPatternConfig.Values",
] as const;
const actions = actionParts.map(part => `Actions.${part}` as const);

export const ruleActions = {
  CreateRule: {
    parameters: ["ListenerArn", ...conditions, "Priority", ...actions, "Tags"],
    handle({ elbv2 }, { ListenerArn, Conditions, Priority, Actions, Tags }) {
      const listener = find(elbv2.listeners, "listener", ListenerArn);
      const priority = validPriority(Priority);
      const rule = {
        priority,
        conditions: validConditions(Conditions),
        action: validAction(Actions, usableBy(elbv2, balancerOf(elbv2, listener))),
        tags: withTags({}, Tags),
      };
      if (rulesOf(listener).some(each => each.priority === priority)) throw refusals.priorityInUse(priority);
      const added = addRule(listener, rule);
      applyRules(balancerOf(elbv2, listener), listener, elbv2.groupOf);
      return { Rules: [descriptionOf(added)] };
    },
  },

  ModifyRule: {
    parameters: ["RuleArn", ...conditions, ...actions],
    handle({ elbv2 }, { RuleArn, Conditions, Actions }) {
      const { listener, rule } = findRule(elbv2, RuleArn, "modify");
      if (!Conditions && !Actions) throw refusals.nothingToModify();
      const running = balancerOf(elbv2, listener);
      Object.assign(rule, {
        ...(Conditions && { conditions: validConditions(Conditions) }),
        ...(Actions && { action: validAction(Actions, usableBy(elbv2, running)) }),
      });
      applyRules(running, listener, elbv2.groupOf);
      return { Rules: [descriptionOf(rule)] };
    },
  },

  DeleteRule: {
    parameters: ["RuleArn"],
    handle({ elbv2 }, { RuleArn }) {
      const { listener, rule } = findRule(elbv2, RuleArn, "delete");
      listener.rules.delete(rule.arn);
      applyRules(balancerOf(elbv2, listener), listener, elbv2.groupOf);
      return {};
    },
  },

  DescribeRules: {
    parameters: ["ListenerArn", "RuleArns", "Marker", "PageSize"],
    handle({ elbv2 }, { ListenerArn, RuleArns = [], ...paging }) {
      if (ListenerArn === undefined && RuleArns.length === 0)
        throw validationError("You must specify either listener rule ARNs or a listener ARN");
      assertOneSelector({
        "a listener ARN": ListenerArn === undefined ? [] : [ListenerArn],
        "rule ARNs": RuleArns,
      });
      assertArns(RuleArns, "rule");
      const listeners =
        ListenerArn === undefined
          ? [...elbv2.listeners.values()]
          : [find(elbv2.listeners, "listener", ListenerArn)];
      const all = listeners.flatMap(listener => [
        ...rulesOf(listener).map(descriptionOf),
        defaultDescription(listener),
      ]);
      if (!RuleArns.every(arn => all.some(each => each.RuleArn === arn))) throw notFound("rule");
      const found = all.filter(({ RuleArn = "" }) => RuleArns.length === 0 || RuleArns.includes(RuleArn));
      const { items, NextMarker } = page(found, paging);
      return { Rules: items, NextMarker };
    },
  },

  SetRulePriorities: {
    parameters: ["RulePriorities.RuleArn", "RulePriorities.Priority"],
    handle({ elbv2 }, { RulePriorities = [] }) {
      const changes = RulePriorities.map(({ RuleArn, Priority }) => ({
        ...findRule(elbv2, RuleArn, "set priority"),
        priority: validPriority(Priority),
      }));
      const [first] = changes;
      if (!first) throw refusals.missing("A rule priority");
      const { listener } = first;
      if (changes.some(each => each.listener !== listener)) throw refusals.rulesOfSeveralListeners();
      const priorities = new Set<number>();
      for (const { priority } of changes) {
        if (priorities.has(priority)) throw refusals.priorityTwice(priority);
        priorities.add(priority);
      }
      const kept = rulesOf(listener).filter(rule => !changes.some(each => each.rule === rule));
      const taken = kept.find(({ priority }) => priorities.has(priority));
      if (taken) throw refusals.priorityInUse(taken.priority);
      for (const { rule, priority } of changes) rule.priority = priority;
      applyRules(balancerOf(elbv2, listener), listener, elbv2.groupOf);
      return { Rules: changes.map(({ rule }) => descriptionOf(rule)) };
    },
  },
} satisfies Partial<Elbv2Actions>;

function validPriority(priority: number | undefined): number {
  if (priority === undefined) throw refusals.missing("A rule priority");
  if (!Number.isInteger(priority) || priority < 1 || priority > 50_000)
    throw refusals.outOfRange("Rule priority", priority, 1, 50_000);
  return priority;
}

/** @throws AwsError for an unknown rule, and for a default one, which goes with its listener */
function findRule(elbv2: Elbv2, arn = "", operation: string): { listener: Listener; rule: Rule } {
  for (const listener of elbv2.listeners.values()) {
    if (listener.defaultRule.arn === arn) throw refusals.defaultRule(operation);
    const rule = listener.rules.get(arn);
    if (rule) return { listener, rule };
  }
  assertArns([arn], "rule");
  throw notFound("rule");
}

const balancerOf = (elbv2: Elbv2, { loadBalancerArn }: Listener) =>
  find(elbv2.loadBalancers, "load balancer", loadBalancerArn);

function descriptionOf({ arn, priority, conditions, action }: Rule): RuleDescription {
  return {
    RuleArn: arn,
    Priority: String(priority),
    Conditions: conditionList(conditions),
    Actions: [action],
    IsDefault: false,
  };
}

function defaultDescription({ defaultRule, defaultAction }: Listener): RuleDescription {
  return {
    RuleArn: defaultRule.arn,
    Priority: "default",
    Conditions: [],
    Actions: [defaultAction],
    IsDefault: true,
  };
}
