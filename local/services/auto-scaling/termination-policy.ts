/**
 * Which instances a group terminates when it has too many. Source: "Default termination policy" (EC2 Auto Scaling User
 * Guide); other policies are not modelled.
 */
import type { GroupInstance } from "./instance";

const hour = 3_600_000;

/**
 * In the zones with the most instances, those of the oldest launch template version, of these the one that is closest
 * to its next billing hour. Of equals AWS takes any, we the one that is listed first.
 * @param now in milliseconds of the region's clock
 */
export function chosenForTermination(
  instances: readonly GroupInstance[],
  count: number,
  now: number,
): GroupInstance[] {
  const remaining = [...instances];
  const chosen: GroupInstance[] = [];
  while (chosen.length < count) {
    const zones = remaining.map(({ availabilityZone }) => availabilityZone);
    let candidates = least(remaining, ({ availabilityZone }) => -times(availabilityZone, zones));
    candidates = least(candidates, ({ launchTemplateVersion }) => launchTemplateVersion);
    candidates = least(candidates, ({ launchedAt }) => hour - ((now - launchedAt) % hour));
    const [instance] = candidates;
    if (!instance) break;
    chosen.push(instance);
    remaining.splice(remaining.indexOf(instance), 1);
  }
  return chosen;
}

/** All items whose number is the least, in their order. */
export function least<Item>(items: readonly Item[], number: (item: Item) => number): Item[] {
  const lowest = Math.min(...items.map(number));
  return items.filter(item => number(item) === lowest);
}

export function times<Item>(item: Item, items: readonly Item[]): number {
  return items.filter(other => other === item).length;
}
