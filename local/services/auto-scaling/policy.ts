/** Target tracking policies on a group's average CPU, and their alarms. */
import { randomUUID } from "node:crypto";
import { accountId } from "../../identifiers";
import { alarmName } from "./activity";
import { stateReason, type AlarmState } from "../../alarm-state";
import type { GroupSettings } from "./settings";
import {
  alarmsOf,
  combine,
  track,
  type TrackedGroup,
  type Tracking,
  type TrackingOptions,
} from "./target-tracking";

export interface PolicySettings extends TrackingOptions {
  /** In percent. */
  targetValue: number;
  enabled: boolean;
  /** Instead of the group's default instance warm-up. The AWS provider sends 0 where none is declared. */
  estimatedInstanceWarmup?: number;
}

export interface ScalingPolicy extends PolicySettings {
  id: string;
  name: string;
  alarmHigh: string;
  alarmLow: string;
  /** Region milliseconds of the last change of its settings. */
  updatedAt: number;
  high: AlarmHistory;
  low: AlarmHistory;
}

export interface AlarmHistory {
  state: AlarmState;
  reason: string;
  /** Region milliseconds. */
  since: number;
}

export function policyArn(regionName: string, groupName: string, { id, name }: ScalingPolicy): string {
  const policy = `scalingPolicy:${id}:autoScalingGroupName/${groupName}:policyName/${name}`;
  return `arn:aws:autoscaling:${regionName}:${accountId}:${policy}`;
}

/** @param now in region milliseconds */
export function targetTrackingPolicy(
  group: string,
  name: string,
  targetValue: number,
  settings: Partial<PolicySettings> = {},
  now = 0,
): ScalingPolicy {
  const uuid = randomUUID();
  return {
    disableScaleIn: false,
    enabled: true,
    ...settings,
    id: randomUUID(),
    name,
    targetValue,
    alarmHigh: alarmName(group, "AlarmHigh", uuid),
    alarmLow: alarmName(group, "AlarmLow", uuid),
    updatedAt: now,
    high: { state: "INSUFFICIENT_DATA", reason: "Unchecked: Initial alarm creation", since: now },
    low: { state: "INSUFFICIENT_DATA", reason: "Unchecked: Initial alarm creation", since: now },
  };
}

/**
 * Evaluates each policy's alarms, records their states, and returns the change of the desired capacity that the policies
 * make together, if any.
 * @param points the group's average CPU per minute, latest last
 */
export function evaluatePolicies(
  policies: readonly ScalingPolicy[],
  points: readonly (number | undefined)[],
  group: Omit<TrackedGroup, "warmupSeconds"> & Pick<GroupSettings, "warmupSeconds" | "defaultCooldown">,
  now: number,
): { alarm: string; policy: string; from: number; to: number } | undefined {
  const tracked = policies.map(policy => {
    const warmupSeconds = warmupOf(policy, group);
    const tracking = track(points, policy.targetValue, { ...group, warmupSeconds }, now);
    recordStates(policy, tracking, points, now);
    return { policy, tracking };
  });
  const { policy, tracking } = combine(tracked.filter(each => each.policy.enabled)) ?? {};
  if (!policy || !tracking?.change) return undefined;
  const { alarm, from, to } = tracking.change;
  return { alarm: alarm === "AlarmHigh" ? policy.alarmHigh : policy.alarmLow, policy: policy.name, from, to };
}

function recordStates(
  policy: ScalingPolicy,
  states: Pick<Tracking, "high" | "low">,
  points: readonly (number | undefined)[],
  now: number,
): void {
  const alarms = alarmsOf(policy.targetValue);
  for (const name of ["high", "low"] as const) {
    const state = states[name];
    if (policy[name].state === state) continue;
    const reason = stateReason(state, points, {
      ...alarms[name],
      comparison: name === "high" ? "GreaterThanThreshold" : "LessThanThreshold",
    });
    policy[name] = { state, reason, since: now };
  }
}

function warmupOf(
  { estimatedInstanceWarmup = 0 }: ScalingPolicy,
  { warmupSeconds, defaultCooldown }: Pick<GroupSettings, "warmupSeconds" | "defaultCooldown">,
): number {
  return estimatedInstanceWarmup === 0 ? (warmupSeconds ?? defaultCooldown) : estimatedInstanceWarmup;
}
