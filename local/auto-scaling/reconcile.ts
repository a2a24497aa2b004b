/**
 * What a group does to have its desired capacity, healthy and spread over its zones: a pure plan of launches and
 * terminations. Whoever carries it out marks at once what the plan names as Pending and Terminating, so that the next
 * plan doesn't name it again.
 *
 * Sources, all in the EC2 Auto Scaling User Guide: "Health checks for instances in an Auto Scaling group", "Configure
 * termination policies", "Amazon EC2 Auto Scaling benefits" (instance distribution). Not modelled: rebalancing zones
 * without another reason, scale-in protection, instance maintenance policies, Spot, other termination policies.
 */
import { because } from "./activity";
import { failedCheck, isWarmingUp, type GroupInstance, type HealthChecks } from "./instance";

export interface Group extends HealthChecks {
  desiredCapacity: number;
  warmupSeconds: number;
  /** Where instances are launched. */
  subnets: readonly { subnetId: string; availabilityZone: string }[];
  instances: readonly GroupInstance[];
}

export interface Plan {
  terminate: { instanceId: string; because: string[] }[];
  launch: { subnetId: string; because: string[] }[];
}

/** @param now in milliseconds of the region's clock */
export function reconcile(group: Group, now: number): Plan {
  const capacity = group.instances.filter(({ lifecycleState }) => lifecycleState !== "Terminating");
  const replaced = unhealthy(capacity, group, now);
  const kept = capacity.filter(
    instance => !replaced.some(({ instanceId }) => instanceId === instance.instanceId),
  );
  const excess = chosenForTermination(kept, kept.length - group.desiredCapacity, now);
  const missing = Math.max(0, group.desiredCapacity - kept.length);

  // An unhealthy instance is terminated while its replacement launches. Whatever is missing besides has another reason.
  const shortage = because.shortage(kept.length + replaced.length, group.desiredCapacity);
  const selected = excess.map(({ instanceId }) => because.selected(instanceId));
  return {
    terminate: [
      ...replaced.map(({ instanceId, failed }) => ({ instanceId, because: [because.unhealthy(failed)] })),
      ...excess.map(({ instanceId }) => ({
        instanceId,
        because: [because.excess(kept.length, group.desiredCapacity), ...selected],
      })),
    ],
    launch: subnetsFor(missing, group.subnets, kept).map((subnetId, index) => ({
      subnetId,
      because: [index < replaced.length ? because.replacement : shortage],
    })),
  };
}

/**
 * Those to replace now: all that EC2 no longer runs, and of those that fail the load balancer's check one at a time,
 * and none while another one is launched or warms up. (AWS replaces a tenth of the desired capacity at a time; of a
 * group of less than twenty, that is one.)
 */
function unhealthy(
  instances: readonly GroupInstance[],
  group: Group,
  now: number,
): { instanceId: string; failed: "EC2" | "ELB" }[] {
  const failing = instances.flatMap(instance => {
    const failed = failedCheck(instance, group, now);
    return failed ? [{ instanceId: instance.instanceId, failed }] : [];
  });
  const gone = failing.filter(({ failed }) => failed === "EC2");
  if (gone.length > 0) return gone;
  const [first] = failing;
  const settled = instances.every(
    instance =>
      failing.some(({ instanceId }) => instanceId === instance.instanceId) ||
      !isWarmingUp(instance, group.warmupSeconds, now),
  );
  return first && settled ? [first] : [];
}

/** One subnet per launch, each in the zone that has the fewest instances by then; of equals the first. */
function subnetsFor(
  count: number,
  subnets: Group["subnets"],
  instances: readonly Pick<GroupInstance, "availabilityZone">[],
): string[] {
  const zones = instances.map(({ availabilityZone }) => availabilityZone);
  const chosen: string[] = [];
  while (chosen.length < count) {
    const fewest = least(subnets, ({ availabilityZone }) => times(availabilityZone, zones));
    const [subnet] = fewest;
    if (!subnet) throw new Error("an Auto Scaling group needs a subnet to launch into");
    chosen.push(subnet.subnetId);
    zones.push(subnet.availabilityZone);
  }
  return chosen;
}

const hour = 3_600_000;

/**
 * The default termination policy: in the zones with the most instances, those of the oldest launch template version,
 * of these the one that is closest to its next billing hour. Of equals AWS takes any, we the one that is listed first.
 */
function chosenForTermination(
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
function least<Item>(items: readonly Item[], number: (item: Item) => number): Item[] {
  const lowest = Math.min(...items.map(number));
  return items.filter(item => number(item) === lowest);
}

function times<Item>(item: Item, items: readonly Item[]): number {
  return items.filter(other => other === item).length;
}
