/**
 * What a group does to have its desired capacity, healthy and spread over its zones: a pure plan of launches and
 * terminations. Whoever carries it out marks at once what the plan names as Pending and Terminating, so that the next
 * plan doesn't name it again.
 *
 * Sources, all in the EC2 Auto Scaling User Guide: "Health checks for instances in an Auto Scaling group" and
 * "Amazon EC2 Auto Scaling benefits" (instance distribution). Not modelled: rebalancing zones without another reason,
 * scale-in protection, instance maintenance policies, Spot.
 */
import type { Cause } from "./activity";
import { failedCheck, isWarmingUp, type GroupInstance, type HealthChecks } from "./instance";
import { planRefresh, type Refresh } from "./refresh";
import { chosenForTermination, least, times } from "./termination-policy";

export interface Group extends HealthChecks {
  desiredCapacity: number;
  warmupSeconds: number;
  /** Where instances are launched. */
  subnets: readonly { subnetId: string; availabilityZone: string }[];
  instances: readonly GroupInstance[];
  /** The instance refresh that is in progress. */
  refresh?: Refresh;
}

export interface Plan {
  terminate: { instanceId: string; causes: Cause[] }[];
  launch: { subnetId: string; causes: Cause[] }[];
}

/** @param now in milliseconds of the region's clock */
export function reconcile(group: Group, now: number): Plan {
  const capacity = group.instances.filter(({ lifecycleState }) => lifecycleState !== "Terminating");
  const replaced = unhealthy(capacity, group, now);
  const kept = capacity.filter(
    instance => !replaced.some(({ instanceId }) => instanceId === instance.instanceId),
  );
  const { desiredCapacity, refresh } = group;
  const { launch, outdated, excess } = refresh
    ? planRefresh(kept, { ...group, refresh }, now)
    : {
        launch: Math.max(0, desiredCapacity - kept.length),
        outdated: [],
        excess: chosenForTermination(kept, kept.length - desiredCapacity, now),
      };

  // An unhealthy instance is terminated while its replacement launches. Whatever is missing besides has another
  // reason, and a refresh launches what is not missing at all.
  const missing = Math.max(0, desiredCapacity - kept.length);
  const launchCause = (index: number): Cause => {
    if (index >= missing) return { kind: "refreshLaunch" };
    if (index < replaced.length) return { kind: "replacement" };
    return { kind: "shortage", from: kept.length + replaced.length, to: desiredCapacity };
  };
  const selected = ({ instanceId }: GroupInstance): Cause => ({ kind: "selected", instanceId });
  return {
    terminate: [
      ...replaced.map(({ instanceId, failed }) => ({
        instanceId,
        causes: [{ kind: "unhealthy" as const, check: failed }],
      })),
      ...outdated.map(instance => ({
        instanceId: instance.instanceId,
        causes: [{ kind: "refreshTermination" as const }, selected(instance)],
      })),
      ...excess.map(({ instanceId }) => ({
        instanceId,
        causes: [
          { kind: "excess" as const, from: kept.length, to: desiredCapacity },
          ...excess.map(selected),
        ],
      })),
    ],
    launch: subnetsFor(launch, group.subnets, kept).map((subnetId, index) => ({
      subnetId,
      causes: [launchCause(index)],
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
