/**
 * What an instance refresh adds to a group's plan, as a pure function: new instances first, then the old ones go.
 * Sources: "How an instance refresh works in an Auto Scaling group" (EC2 Auto Scaling User Guide), and RefreshPreferences
 * (Auto Scaling API Reference). Not modelled: checkpoints, skip matching, roll-back, the hour without progress after
 * which AWS gives up.
 */
import { failedCheck, isWarm, type GroupInstance, type HealthChecks } from "./instance";
import { chosenForTermination } from "./termination-policy";

export interface Refresh {
  /** Instances that it replaces: all that the group had when it was started. */
  replaces: ReadonlySet<string>;
  minHealthyPercentage: number;
  maxHealthyPercentage: number;
}

export interface RefreshPlan {
  /** How many to launch, whatever the reason. */
  launch: number;
  /** The old ones that can go. */
  outdated: GroupInstance[];
  /** Of the new ones, those that are too many. */
  excess: GroupInstance[];
}

/**
 * @param capacity the group's instances that stay so far, none of them Terminating
 * @param now in milliseconds of the region's clock
 */
export function planRefresh(
  capacity: readonly GroupInstance[],
  group: HealthChecks & { desiredCapacity: number; warmupSeconds: number; refresh: Refresh },
  now: number,
): RefreshPlan {
  const { desiredCapacity, refresh } = group;
  const old = capacity.filter(({ instanceId }) => refresh.replaces.has(instanceId));
  const fresh = capacity.filter(({ instanceId }) => !refresh.replaces.has(instanceId));
  const isServing = (instance: GroupInstance) =>
    instance.lifecycleState === "InService" && failedCheck(instance, group, now) === undefined;
  const serving = old.filter(isServing);
  const ready = fresh.filter(instance => isReady(instance, group, now));

  const least = Math.ceil((desiredCapacity * refresh.minHealthyPercentage) / 100);
  // Whatever the percentages, one more than the least: of a small group, none could be replaced otherwise.
  const most = Math.max(least + 1, Math.floor((desiredCapacity * refresh.maxHealthyPercentage) / 100));
  return {
    launch: Math.max(0, Math.min(desiredCapacity - fresh.length, most - capacity.length)),
    // An old one that serves nobody is not missed.
    outdated: [
      ...old.filter(instance => !isServing(instance)),
      ...chosenForTermination(serving, serving.length - Math.max(0, least - ready.length), now),
    ],
    excess: chosenForTermination(fresh, fresh.length - desiredCapacity, now),
  };
}

/** An instance counts as replaced when it is healthy and its warm-up is over. */
function isReady(
  instance: GroupInstance,
  { healthCheckType, warmupSeconds }: HealthChecks & { warmupSeconds: number },
  now: number,
): boolean {
  const healthy = healthCheckType === "EC2" || instance.targetHealth === "healthy";
  return healthy && isWarm(instance, warmupSeconds, now);
}
