/**
 * Target tracking on a group's average CPU, as a pure function that is evaluated once a minute. Sources: "Target
 * tracking scaling policies" and "Set the default instance warmup" (EC2 Auto Scaling User Guide), unless another is
 * named. A group without instances in service has no CPU and so no datapoint: both alarms lack data, nothing is
 * decided, and the policy can't lift a group from 0.
 */
import { alarmState, furtherPeriods, type Alarm, type AlarmState } from "./alarm";
import { isWarm, isWarmingUp, type Warming } from "./instance";

export interface TrackedGroup {
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  warmupSeconds: number;
  instances: readonly Warming[];
}

export interface Tracking {
  /** Above the target: scale out. */
  high: AlarmState;
  /** Well below the target: scale in. */
  low: AlarmState;
  /** What the policy does about it; undefined when the desired capacity stays. */
  change?: { alarm: "AlarmHigh" | "AlarmLow"; from: number; to: number };
}

const highPeriods = 3;
const lowPeriods = 15;

/** As many of the latest minutes make a difference. */
export const trackedMinutes = lowPeriods + furtherPeriods;

/**
 * The alarms that Auto Scaling makes for a policy. No document of AWS tells their shape, public listings do: 3 of 3
 * minutes above the target, and 15 of 15 below 70 % of it (90 % is Application Auto Scaling's).
 */
export function alarmsOf(target: number): { high: Alarm; low: Alarm } {
  return {
    high: { evaluationPeriods: highPeriods, breaches: value => value > target },
    low: { evaluationPeriods: lowPeriods, breaches: value => value < target * 0.7 },
  };
}

/**
 * @param points the group's average CPU per minute over warm instances, in percent; the latest last, undefined where
 * it is missing
 * @param now in milliseconds of the region's clock
 */
export function track(
  points: readonly (number | undefined)[],
  target: number,
  group: TrackedGroup,
  now: number,
): Tracking {
  const alarms = alarmsOf(target);
  const high = alarmState(points, alarms.high);
  const low = alarmState(points, alarms.low);
  const latest = points.findLast(point => point !== undefined);
  if (latest === undefined) return { high, low };

  // An alarm goes on to invoke its policy in every minute that it stays in ALARM ("Alarm actions", CloudWatch User
  // Guide): the states alone decide, not their changes.
  const from = group.desiredCapacity;
  const proportion = latest / target;
  if (high === "ALARM") {
    const to = scaledOut(group, proportion, now);
    if (to > from) return { high, low, change: { alarm: "AlarmHigh", from, to } };
  } else if (low === "ALARM") {
    const to = scaledIn(group, proportion, now);
    if (to < from) return { high, low, change: { alarm: "AlarmLow", from, to } };
  }
  return { high, low };
}

/**
 * In proportion and at once. Instances that warm up are no part of the capacity that showed the metric, but of the
 * desired capacity that it is compared with: the same load is never answered twice.
 */
function scaledOut(
  { instances, warmupSeconds, maxSize }: TrackedGroup,
  proportion: number,
  now: number,
): number {
  const warm = instances.filter(instance => isWarm(instance, warmupSeconds, now));
  // Binary fractions may leave a hair more than a whole instance: 7 at 400 / 7 % are 8, and not 9.
  return Math.min(maxSize, Math.ceil(warm.length * proportion - 1e-9));
}

/**
 * Gradually, and not at all while an instance is missing or warms up. Those that terminate still count, so that no
 * more than necessary are removed. Rounded up, as the document has it: of 1.5 instances too many, one is removed. That
 * it is one a minute, however many are too many, is what activity logs show (e.g. "3 to 2" a minute after "4 to 3", at
 * rest), and aws/containers-roadmap#1150.
 */
function scaledIn(group: TrackedGroup, proportion: number, now: number): number {
  const { instances, warmupSeconds, minSize, desiredCapacity } = group;
  const warm = instances.filter(instance => isWarm(instance, warmupSeconds, now));
  const scalingOut = warm.length < desiredCapacity;
  if (scalingOut || instances.some(instance => isWarmingUp(instance, warmupSeconds, now)))
    return desiredCapacity;
  return Math.max(minSize, desiredCapacity - 1, Math.ceil(instances.length * proportion));
}
