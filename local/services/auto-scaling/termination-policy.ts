/**
 * Selects the instances to terminate when a group has too many. Sources: "Default termination policy" and "Configure
 * termination policies" (EC2 Auto Scaling User Guide). Not modelled: launch configurations and allocation strategies.
 */
import type { GroupInstance } from "./instance";

const hour = 3_600_000;

type Criterion = (instance: GroupInstance, now: number) => number;

const oldestTemplate: Criterion = ({ launchTemplateVersion }) => launchTemplateVersion;
const nextHour: Criterion = ({ launchedAt }, now) => hour - ((now - launchedAt) % hour);

/** Each policy's criteria in order; the lowest value is terminated first. */
const criteria = {
  Default: [oldestTemplate, nextHour],
  OldestInstance: [({ launchedAt }) => launchedAt],
  NewestInstance: [({ launchedAt }) => -launchedAt],
  OldestLaunchTemplate: [oldestTemplate],
  ClosestToNextInstanceHour: [nextHour],
} satisfies Record<string, readonly Criterion[]>;

export type TerminationPolicy = keyof typeof criteria;

export const terminationPolicies = Object.keys(criteria) as TerminationPolicy[];

/**
 * In the zones with the most instances, takes the first one by the policies in their order: by default the oldest launch
 * template version, then the instance closest to its next billing hour. AWS breaks ties at random; here the first one
 * listed wins.
 * @param now in region milliseconds
 */
export function selectForTermination(
  instances: readonly GroupInstance[],
  count: number,
  now: number,
  policies: readonly TerminationPolicy[] = ["Default"],
): GroupInstance[] {
  const remaining = [...instances];
  const selected: GroupInstance[] = [];
  while (selected.length < count) {
    const zones = remaining.map(({ availabilityZone }) => availabilityZone);
    let candidates = lowest(remaining, ({ availabilityZone }) => -occurrences(availabilityZone, zones));
    for (const criterion of policies.flatMap((policy): readonly Criterion[] => criteria[policy]))
      candidates = lowest(candidates, instance => criterion(instance, now));
    const [instance] = candidates;
    if (!instance) break;
    selected.push(instance);
    remaining.splice(remaining.indexOf(instance), 1);
  }
  return selected;
}

/** All items with the lowest value, in their order. */
export function lowest<Item>(items: readonly Item[], valueOf: (item: Item) => number): Item[] {
  const minimum = Math.min(...items.map(valueOf));
  return items.filter(item => valueOf(item) === minimum);
}

export function occurrences<Item>(item: Item, items: readonly Item[]): number {
  return items.filter(other => other === item).length;
}
