/**
 * Plans the launches and terminations that bring a group to its desired capacity, healthy and spread over its zones.
 * Pure: the caller must mark the instances as Pending and Terminating at once, so that the next plan doesn't repeat them.
 *
 * Sources, all in the EC2 Auto Scaling User Guide: "Health checks for instances in an Auto Scaling group" and
 * "Amazon EC2 Auto Scaling benefits" (instance distribution), "Suspend and resume processes", "Use instance scale-in
 * protection". Not modelled: rebalancing zones for its own sake, instance maintenance policies, Spot.
 */
import type { Cause } from "./activity";
import {
  failedCheck,
  isWarmingUp,
  type GroupInstance,
  type HealthCheck,
  type SuspendableHealthChecks,
} from "./instance";
import { planRefresh, type Refresh } from "./refresh";
import type { ScalingProcess } from "./scaling-processes";
import { selectForTermination, lowest, occurrences, type TerminationPolicy } from "./termination-policy";

export interface Group extends SuspendableHealthChecks {
  desiredCapacity: number;
  warmupSeconds: number;
  subnets: readonly { subnetId: string; availabilityZone: string }[];
  instances: readonly GroupInstance[];
  terminationPolicies?: readonly TerminationPolicy[];
  refresh?: Refresh;
}

export interface Plan {
  terminate: { instanceId: string; causes: Cause[] }[];
  launch: { subnetId: string; causes: Cause[] }[];
}

const noProcesses: ReadonlySet<ScalingProcess> = new Set();

/**
 * Without what suspended processes would do: an instance that can't be launched or terminated is planned again once they
 * resume.
 * @param now in region milliseconds
 */
export function reconcile(group: Group, now: number): Plan {
  const { suspendedProcesses: suspended = noProcesses } = group;
  const { launch, terminate } = plan(
    suspended.has("InstanceRefresh") ? { ...group, refresh: undefined } : group,
    now,
  );
  return {
    launch: suspended.has("Launch") ? [] : launch,
    terminate: suspended.has("Terminate") ? [] : terminate,
  };
}

function plan(group: Group, now: number): Plan {
  const capacity = group.instances.filter(({ lifecycleState }) => lifecycleState !== "Terminating");
  const replaced = group.suspendedProcesses?.has("ReplaceUnhealthy") ? [] : unhealthy(capacity, group, now);
  const kept = capacity.filter(instance => !replaced.some(each => each.instance === instance));
  const { desiredCapacity, refresh } = group;
  const missing = Math.max(0, desiredCapacity - kept.length);
  const { launch, outdated, excess } = refresh
    ? planRefresh(kept, { ...group, refresh }, now)
    : {
        launch: missing,
        outdated: [],
        excess: selectForTermination(
          kept.filter(({ protectedFromScaleIn }) => !protectedFromScaleIn),
          kept.length - desiredCapacity,
          now,
          group.terminationPolicies,
        ),
      };

  // The first launches replace unhealthy instances, the next ones make up for missing capacity; only a refresh launches
  // beyond that.
  const launchCause = (index: number): Cause => {
    if (index >= missing) return { kind: "refreshLaunch" };
    if (index < replaced.length) return { kind: "replacement" };
    return { kind: "shortage", from: kept.length + replaced.length, to: desiredCapacity };
  };
  const selected = ({ instanceId }: GroupInstance): Cause => ({ kind: "selected", instanceId });
  const tooMany: Cause = { kind: "excess", from: kept.length, to: desiredCapacity };
  const termination = ({ instanceId }: GroupInstance, ...causes: Cause[]) => ({ instanceId, causes });
  return {
    terminate: [
      ...replaced.map(({ instance, failed }) => termination(instance, { kind: "unhealthy", check: failed })),
      ...outdated.map(each => termination(each, { kind: "refreshTermination" }, selected(each))),
      ...excess.map(each => termination(each, tooMany, ...excess.map(selected))),
    ],
    launch: subnetsFor(launch, group.subnets, kept).map((subnetId, index) => {
      return { subnetId, causes: [launchCause(index)] };
    }),
  };
}

/**
 * The instances to replace now: all that EC2 no longer runs or a user declared unhealthy; otherwise one of those that fail the load balancer's check,
 * unless another instance is pending or warming up. (AWS replaces a tenth of the desired capacity at a time: one, for
 * groups of fewer than twenty.)
 */
function unhealthy(
  instances: readonly GroupInstance[],
  group: Group,
  now: number,
): { instance: GroupInstance; failed: HealthCheck }[] {
  const failing = instances.flatMap(instance => {
    const failed = failedCheck(instance, group, now);
    return failed ? [{ instance, failed }] : [];
  });
  const stopped = failing.filter(({ failed }) => failed !== "ELB");
  if (stopped.length > 0) return stopped;
  const [first] = failing;
  const settled = instances.every(
    instance =>
      failing.some(each => each.instance === instance) || !isWarmingUp(instance, group.warmupSeconds, now),
  );
  return first && settled ? [first] : [];
}

/** One subnet per launch, each in the zone with the fewest instances so far; the first one wins a tie. */
function subnetsFor(
  count: number,
  subnets: Group["subnets"],
  instances: readonly Pick<GroupInstance, "availabilityZone">[],
): string[] {
  const zones = instances.map(({ availabilityZone }) => availabilityZone);
  const selected: string[] = [];
  while (selected.length < count) {
    const fewest = lowest(subnets, ({ availabilityZone }) => occurrences(availabilityZone, zones));
    const [subnet] = fewest;
    if (!subnet) throw new Error("an Auto Scaling group needs a subnet to launch into");
    selected.push(subnet.subnetId);
    zones.push(subnet.availabilityZone);
  }
  return selected;
}
