/**
 * Target tracking on a group's average CPU, as a pure function that is evaluated once a minute. Sources, unless another
 * is named: "Target tracking scaling policies" and "Set the default instance warmup" (EC2 Auto Scaling User Guide). A
 * group without instances in service has no datapoints, so both alarms lack data and the policy can't scale it out
 * from 0.
 */
import { alarmState, extraPeriods, type Alarm, type AlarmState } from "../../alarm-state";
import { isWarm, isWarmingUp, type Warming } from "./instance";

export interface TrackedGroup {
  minSize: number;
  maxSize: number;
  warmupSeconds: number;
  desiredCapacity: number;
  instances: readonly Warming[];
}

/** What a policy adds to its target. */
export interface TrackingOptions {
  disableScaleIn: boolean;
}

export interface Tracking {
  /** Alarms above the target: scale out. */
  high: AlarmState;
  /** Alarms well below the target: scale in. */
  low: AlarmState;
  /** Undefined if the desired capacity stays the same. */
  change?: { alarm: "AlarmHigh" | "AlarmLow"; from: number; to: number };
}

const highPeriods = 3;
const lowPeriods = 15;

/** How many of the latest minutes affect the result. */
export const trackedMinutes = lowPeriods + extraPeriods;

/**
 * The alarms that Auto Scaling creates for a policy: 3 of 3 minutes above the target, and 15 of 15 below 70 % of it. AWS
 * doesn't document this; published listings show it. (90 % is Application Auto Scaling's.)
 */
export function alarmsOf(target: number): Record<"high" | "low", Alarm & { threshold: number }> {
  const lowThreshold = target * 0.7;
  return {
    high: { threshold: target, evaluationPeriods: highPeriods, breaches: value => value > target },
    low: { threshold: lowThreshold, evaluationPeriods: lowPeriods, breaches: value => value < lowThreshold },
  };
}

/**
 * @param points the warm instances' average CPU per minute, in percent, latest last; undefined where missing
 * @param now in region milliseconds
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

  // An alarm invokes its policy in every minute that it stays in ALARM ("Alarm actions", CloudWatch User Guide), so the
  // states decide, not their transitions.
  const from = group.desiredCapacity;
  const proportion = latest / target;
  const warm = group.instances.filter(instance => isWarm(instance, group.warmupSeconds, now)).length;
  if (high === "ALARM") {
    const to = Math.min(group.maxSize, scaledOut(warm, proportion));
    if (to > from) return { high, low, change: { alarm: "AlarmHigh", from, to } };
  } else if (low === "ALARM") {
    const to = scaledIn(group, warm, proportion, now);
    if (to < from) return { high, low, change: { alarm: "AlarmLow", from, to } };
  }
  return { high, low };
}

/**
 * The one change that a group's policies make together: the largest capacity wins, and all that may scale in must agree
 * to do so ("Considerations for multiple scaling policies").
 */
export function combine<Tracked extends { policy: TrackingOptions; tracking: Tracking }>(
  tracked: readonly Tracked[],
): Tracked | undefined {
  const changes = (alarm: "AlarmHigh" | "AlarmLow") =>
    tracked
      .filter(({ tracking: { change } }) => change?.alarm === alarm)
      .sort((a, b) => (b.tracking.change?.to ?? 0) - (a.tracking.change?.to ?? 0));
  const [largest] = changes("AlarmHigh");
  if (largest) return largest;
  const scalingIn = tracked.filter(({ policy }) => !policy.disableScaleIn);
  const agreeing = changes("AlarmLow").filter(({ policy }) => !policy.disableScaleIn);
  return agreeing.length === scalingIn.length ? agreeing[0] : undefined;
}

/**
 * Scales out in proportion, in one step. Instances that are warming up didn't contribute to the metric but do count
 * towards the desired capacity, so that no load is counted twice.
 */
function scaledOut(warm: number, proportion: number): number {
  // Floating point may yield slightly more than a whole number: 7 instances at 400 / 7 % need 8, not 9.
  return Math.ceil(warm * proportion - 1e-9);
}

/**
 * Scales in gradually, and not at all while an instance is missing or warming up. Terminating instances still count, so
 * that no more than necessary are removed. Rounds up, as documented: with 1.5 instances too many, one is removed. The
 * limit of one per minute is from activity logs (e.g. "3 to 2" a minute after "4 to 3", idle) and
 * aws/containers-roadmap#1150.
 */
function scaledIn(group: TrackedGroup, warm: number, proportion: number, now: number): number {
  const { instances, warmupSeconds, minSize, desiredCapacity } = group;
  const scalingOut = warm < desiredCapacity;
  if (scalingOut || instances.some(instance => isWarmingUp(instance, warmupSeconds, now)))
    return desiredCapacity;
  return Math.max(minSize, desiredCapacity - 1, Math.ceil(instances.length * proportion));
}
