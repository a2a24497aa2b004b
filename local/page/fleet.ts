/** Auto Scaling groups as the page shows them: their instances, minutes of CPU, and activities. */
import { minute } from "../clock";
import { causeText, type Cause } from "../services/auto-scaling/activity";
import type { Activity as LoggedActivity } from "../services/auto-scaling/activity-log";
import { extraPeriods, type Alarm } from "../alarm-state";
import type { AutoScalingGroup as Group } from "../services/auto-scaling/group";
import { groupCpuMetric, instanceCpuMetric } from "../services/auto-scaling/group-cpu";
import { groupMetric } from "../services/auto-scaling/group-metrics";
import { isWarmingUp } from "../services/auto-scaling/instance";
import type { ScalingPolicy } from "../services/auto-scaling/policy";
import { alarmsOf, trackedMinutes } from "../services/auto-scaling/target-tracking";
import { dataOf } from "../services/ec2/launch-template";
import type { Activity, AutoScalingGroup, CpuMinute, RegionTime } from "./events";
import type { PageOptions, RegionView } from "./region-view";

type Metrics = RegionView["metrics"];

export function autoScalingGroups(
  { autoScaling, ec2, options }: RegionView,
  { arrangement }: PageOptions,
): AutoScalingGroup[] {
  const now = options.clock.now();
  return [...autoScaling.groups.values()].map(group => {
    const { label, minSize, maxSize, subnetIds, warmupSeconds = 0 } = group.settings;
    const [policy] = group.policies.values();
    return {
      ...{ autoScalingGroupName: group.name, name: label, minSize, maxSize, subnetIds, warmupSeconds },
      desiredCapacity: group.desiredCapacity,
      instances: [...group.instances.values()].map(instance => ({
        instanceId: instance.instanceId,
        lifecycleState: instance.lifecycleState,
        warmingUp: isWarmingUp(instance, warmupSeconds, now),
        unhealthy: group.failedCheck(instance) !== undefined,
      })),
      targetTracking: policy && targetTracking(policy),
      imageSource: imageSource(ec2, group),
      place: arrangement?.places.autoScalingGroups[label],
    };
  });
}

/** The instance that its launch template's image was made of. */
function imageSource(
  { images, launchTemplates }: RegionView["ec2"],
  { settings }: Group,
): string | undefined {
  const { launchTemplate } = settings;
  if (!launchTemplates.has(launchTemplate.id)) return undefined;
  const { ImageId: imageId } = dataOf(launchTemplates, launchTemplate);
  return imageId === undefined ? undefined : images.get(imageId)?.sourceInstanceId;
}

function targetTracking({ targetValue, high, low }: ScalingPolicy): AutoScalingGroup["targetTracking"] {
  const alarms = alarmsOf(targetValue);
  const meter = ({ threshold, evaluationPeriods }: typeof alarms.high, { state }: typeof high) => ({
    ...{ threshold, evaluationPeriods, state },
  });
  return { targetValue, high: meter(alarms.high, high), low: meter(alarms.low, low) };
}

/** A past minute, by its start. */
export function cpuMinute(metrics: Metrics, group: Group, start: RegionTime): CpuMinute {
  const points = metrics.averages(groupCpuMetric(group.name), trackedMinutes, start);
  const [policy] = group.policies.values();
  const alarms = policy && alarmsOf(policy.targetValue);
  const one = (metric: Parameters<Metrics["averages"]>[0]) => metrics.averages(metric, 1, start)[0];
  const instances = [...group.instances.keys()].flatMap(id => {
    const percent = one(instanceCpuMetric(id));
    return percent === undefined ? [] : [[id, percent] as const];
  });
  return {
    at: start,
    autoScalingGroupName: group.name,
    mean: points.at(-1),
    instances: Object.fromEntries(instances),
    desiredCapacity: one(groupMetric(group.name, "GroupDesiredCapacity")),
    inService: one(groupMetric(group.name, "GroupInServiceInstances")),
    breaching: {
      high: alarms ? breaching(points, alarms.high) : 0,
      low: alarms ? breaching(points, alarms.low) : 0,
    },
  };
}

/**
 * How many of the latest minutes breach without a break, of those that the alarm looks at; minutes without data don't
 * count.
 */
export function breaching(
  points: readonly (number | undefined)[],
  { evaluationPeriods, breaches }: Alarm,
): number {
  const present = points.slice(-(evaluationPeriods + extraPeriods)).filter(point => point !== undefined);
  const latest = present.slice(-evaluationPeriods);
  return latest.length - 1 - latest.findLastIndex(point => !breaches(point));
}

/** The minutes that have become known since `after`, and the last of them: those with a mean, or too old to get one. */
export function newMinutes(
  metrics: Metrics,
  group: Group,
  { after, now }: { after: RegionTime; now: RegionTime },
): CpuMinute[] {
  const minutes: CpuMinute[] = [];
  for (let start = after + minute; start + minute <= now; start += minute) {
    const measured = cpuMinute(metrics, group, start);
    const mayStillCome = start + 2 * minute > now;
    if (measured.mean === undefined && mayStillCome) break;
    minutes.push(measured);
  }
  return minutes;
}

/** @param show a region time as the page shows it */
export function activityOf(
  group: Group,
  activity: LoggedActivity,
  show: (time: RegionTime) => Date,
): Activity {
  const { activityId, startTime, endTime, statusCode, description, statusMessage, causes } = activity;
  const cause = causeText(causes, show);
  return {
    ...{ activityId, autoScalingGroupName: group.name, startTime, endTime, statusCode, description },
    cause: statusMessage === undefined ? cause : `${cause} ${statusMessage}`,
    summary: causes[0] ? summaryOf(causes[0].cause, group.policies) : "",
  };
}

/** A cause in a few words. */
function summaryOf(cause: Cause, policies: ReadonlyMap<string, ScalingPolicy>): string {
  switch (cause.kind) {
    case "groupCreated":
      return "the group was created";
    case "groupUpdated":
      return "the group was updated";
    case "desiredCapacitySet":
      return `desired capacity was set to ${cause.to}`;
    case "alarm":
      return alarmInShort(cause.alarm, policies.get(cause.policy));
    case "shortage":
      return "fewer than desired";
    case "excess":
      return "more than desired";
    case "selected":
      return "it was selected for termination";
    case "userTerminated":
      return "a user request terminated it";
    case "unhealthy":
      return `a failed ${cause.check} health check`;
    case "replacement":
      return "it replaces an unhealthy instance";
    case "refreshLaunch":
    case "refreshTermination":
      return "an instance refresh";
  }
}

/** "CPU above 50 % for 3 minutes" */
function alarmInShort(alarm: string, policy: ScalingPolicy | undefined): string {
  if (!policy) return `the alarm ${alarm}`;
  const { high, low } = alarmsOf(policy.targetValue);
  return alarm === policy.alarmHigh
    ? `CPU above ${high.threshold} % for ${high.evaluationPeriods} minutes`
    : `CPU below ${low.threshold} % for ${low.evaluationPeriods} minutes`;
}
