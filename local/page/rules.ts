/** The rules that the page shows, and those that it has removed and can restore. */
import { entriesInOrder, lastRuleNumber } from "../network/reachability/network-acl";
import type { NetworkAclEntry, SecurityGroupRule, VpcModel } from "../network/reachability/vpc-model";
import type * as events from "./events";
import { nameOf } from "./names";

/** A rule or an entry as it was. */
export type Rule = { rule: SecurityGroupRule } | { aclId: string; entry: NetworkAclEntry };

export type RemovedRule = Rule & { removedAt: events.RegionTime };

export class RemovedRules {
  private readonly removed = new Map<events.RuleKey, RemovedRule>();
  /** Of restored security group rules, by their new ids. */
  private readonly keys = new Map<string, events.RuleKey>();

  constructor(private readonly model: VpcModel) {}

  /** A security group rule's key, which it keeps when it is restored. */
  keyOf(ruleId: string): events.RuleKey {
    return this.keys.get(ruleId) ?? ruleId;
  }

  /** What exists by this key. */
  find(key: events.RuleKey): Rule | undefined {
    const { networkAcls, securityGroupRules } = this.model;
    const rule = [...securityGroupRules.values()].find(({ id }) => this.keyOf(id) === key);
    if (rule) return { rule };
    const acl = networkAcls.get(key.split("/")[0] ?? "");
    const entry = acl?.entries.find(each => entryKey(acl.id, each) === key);
    return acl && entry && { aclId: acl.id, entry };
  }

  add(key: events.RuleKey, removed: RemovedRule): void {
    this.removed.set(key, removed);
  }

  get(key: events.RuleKey): RemovedRule | undefined {
    return this.all().get(key);
  }

  /** @param newId of a security group rule */
  restored(key: events.RuleKey, newId?: string): void {
    this.removed.delete(key);
    if (newId !== undefined) this.keys.set(newId, key);
  }

  /** Without those whose ACL or group is gone, and entries whose number somebody has used since. */
  all(): ReadonlyMap<events.RuleKey, RemovedRule> {
    const { networkAcls, securityGroups } = this.model;
    for (const [key, each] of this.removed) {
      const parent = "rule" in each ? securityGroups.has(each.rule.groupId) : networkAcls.has(each.aclId);
      if (!parent || this.find(key)) this.removed.delete(key);
    }
    return this.removed;
  }
}

export function entryKey(aclId: string, { ruleNumber, egress }: NetworkAclEntry): events.RuleKey {
  return `${aclId}/${directionOf(egress)}/${ruleNumber === lastRuleNumber ? "*" : ruleNumber}`;
}

export function securityGroups(model: VpcModel, removed: RemovedRules): events.SecurityGroup[] {
  const present = [...model.securityGroupRules.values()].map(rule => ({
    ...{ rule, key: removed.keyOf(rule.id), removedAt: undefined },
  }));
  const gone = [...removed.all()].flatMap(([key, each]) => ("rule" in each ? { ...each, key } : []));
  return [...model.securityGroups.values()].map(({ id, tags, groupName, vpcId }) => ({
    ...{ id, name: tags["Name"] ?? groupName, vpcId },
    rules: [...present, ...gone]
      .filter(({ rule }) => rule.groupId === id)
      .map(({ rule, key, removedAt }) => ({ ...ruleOf(rule, key), removedAt }))
      .sort((a, b) => compare(b.direction, a.direction) || compare(a.name, b.name)),
  }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ruleOf(rule: SecurityGroupRule, key: events.RuleKey): events.SecurityGroupRule {
  const { id, egress, ipProtocol, fromPort, toPort, tags } = rule;
  return {
    ...{ key, id, name: tags["Name"] ?? key, direction: directionOf(egress), ipProtocol, fromPort, toPort },
    peer: rule.cidrIpv4 ?? rule.referencedSecurityGroupId ?? "",
  };
}

export function networkAcls(model: VpcModel, removed: RemovedRules): events.NetworkAcl[] {
  const gone = [...removed.all().values()];
  return [...model.networkAcls.values()].map(acl => {
    const removedEntries = gone.flatMap(each =>
      "entry" in each && each.aclId === acl.id
        ? { ...entryOf(acl.id, each.entry), removedAt: each.removedAt }
        : [],
    );
    return {
      ...{ id: acl.id, name: nameOf(acl), vpcId: acl.vpcId, isDefault: acl.isDefault },
      subnetIds: [...model.networkAclAssociations.values()]
        .filter(({ networkAclId }) => networkAclId === acl.id)
        .map(({ subnetId }) => subnetId),
      entries: [false, true].flatMap(egress =>
        [
          ...entriesInOrder(acl, egress).map(entry => entryOf(acl.id, entry)),
          ...removedEntries.filter(({ direction }) => direction === directionOf(egress)),
        ].sort((a, b) => a.ruleNumber - b.ruleNumber),
      ),
    };
  });
}

function entryOf(aclId: string, entry: NetworkAclEntry): events.NetworkAclEntry {
  const { ruleNumber, egress, ruleAction, protocol, portRange, cidrBlock } = entry;
  return {
    ...{ key: entryKey(aclId, entry), ruleNumber, direction: directionOf(egress), ruleAction, protocol },
    ...{ fromPort: portRange?.from, toPort: portRange?.to, cidrBlock },
  };
}

function directionOf(egress: boolean): events.Direction {
  return egress ? "egress" : "ingress";
}
