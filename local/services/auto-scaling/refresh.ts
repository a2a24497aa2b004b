/**
 * Plans an instance refresh, as a pure function: launches new instances first, then terminates the old ones.
 * Sources: "How an instance refresh works in an Auto Scaling group" (EC2 Auto Scaling User Guide), and RefreshPreferences
 * (Auto Scaling API Reference). Not modelled: checkpoints, rollback.
 */
import { failedCheck, isWarm, type GroupInstance, type SuspendableHealthChecks } from "./instance";
import { selectForTermination } from "./termination-policy";

export interface Refresh {
  /** The instances that the group had when the refresh started. */
  replaces: ReadonlySet<string>;
  minHealthyPercentage: number;
  maxHealthyPercentage: number;
  /** Instead of the group's default instance warm-up. */
  instanceWarmupSeconds?: number;
  /** What becomes of old instances that are protected from scale-in; by default the refresh waits for them. */
  scaleInProtectedInstances?: "Refresh" | "Ignore" | "Wait";
}

/** The instances that the refresh still has to replace. */
export function outdatedInstances<
  Instance extends Pick<GroupInstance, "instanceId" | "protectedFromScaleIn">,
>(instances: Iterable<Instance>, { replaces, scaleInProtectedInstances }: Refresh): Instance[] {
  return [...instances].filter(
    ({ instanceId, protectedFromScaleIn }) =>
      replaces.has(instanceId) && !(protectedFromScaleIn && scaleInProtectedInstances === "Ignore"),
  );
}

export interface RefreshPlan {
  /** How many to launch in total, whatever the reason. */
  launch: number;
  /** Old instances to terminate now. */
  outdated: GroupInstance[];
  /** New instances beyond the desired capacity. */
  excess: GroupInstance[];
}

/**
 * @param capacity the group's instances, without those terminating or about to be replaced
 * @param now in region milliseconds
 */
export function planRefresh(
  capacity: readonly GroupInstance[],
  group: SuspendableHealthChecks & { desiredCapacity: number; warmupSeconds: number; refresh: Refresh },
  now: number,
): RefreshPlan {
  const { desiredCapacity, refresh } = group;
  const { instanceWarmupSeconds: warmupSeconds = group.warmupSeconds, scaleInProtectedInstances } = refresh;
  const old = outdatedInstances(capacity, refresh);
  const fresh = capacity.filter(instance => !old.includes(instance));
  const isUnprotected = ({ protectedFromScaleIn }: GroupInstance) => !protectedFromScaleIn;
  const isServing = (instance: GroupInstance) =>
    instance.lifecycleState === "InService" && failedCheck(instance, group, now) === undefined;
  const serving = old.filter(isServing);
  // Healthy and warm: for each, an old one can go.
  const ready = fresh.filter(
    instance =>
      (group.healthCheckType === "EC2" || instance.targetHealth === "healthy") &&
      isWarm(instance, warmupSeconds, now),
  );

  const least = Math.ceil((desiredCapacity * refresh.minHealthyPercentage) / 100);
  // Always at least one above the minimum, or a small group could never replace anything.
  const most = Math.max(least + 1, Math.floor((desiredCapacity * refresh.maxHealthyPercentage) / 100));
  return {
    launch: Math.max(0, Math.min(desiredCapacity - fresh.length, most - capacity.length)),
    // Old instances that don't serve can go at once.
    outdated: [
      ...old.filter(instance => !isServing(instance)),
      ...selectForTermination(
        scaleInProtectedInstances === "Refresh" ? serving : serving.filter(isUnprotected),
        serving.length - Math.max(0, least - ready.length),
        now,
      ),
    ],
    excess: selectForTermination(fresh.filter(isUnprotected), fresh.length - desiredCapacity, now),
  };
}
