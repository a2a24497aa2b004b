/**
 * Selects the instances to terminate when a group has too many. Source: "Default termination policy" (EC2 Auto Scaling
 * User Guide); other policies are not modelled.
 */
import type { GroupInstance } from "./instance";

const hour = 3_600_000;

/**
 * In the zones with the most instances, takes the oldest launch template version, then the instance closest to its next
 * billing hour. AWS breaks ties at random; here the first one listed wins.
 * @param now in region milliseconds
 */
export function selectForTermination(
  instances: readonly GroupInstance[],
  count: number,
  now: number,
): GroupInstance[] {
  const remaining = [...instances];
  const selected: GroupInstance[] = [];
  while (selected.length < count) {
    const zones = remaining.map(({ availabilityZone }) => availabilityZone);
    let candidates = lowest(remaining, ({ availabilityZone }) => -occurrences(availabilityZone, zones));
    candidates = lowest(candidates, ({ launchTemplateVersion }) => launchTemplateVersion);
    candidates = lowest(candidates, ({ launchedAt }) => hour - ((now - launchedAt) % hour));
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
