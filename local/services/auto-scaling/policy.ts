import { randomUUID } from "node:crypto";
import { alarmName } from "./activity";

/** A target tracking policy on a group's average CPU, and the names of its alarms. */
export interface ScalingPolicy {
  id: string;
  name: string;
  /** In percent. */
  targetValue: number;
  alarmHigh: string;
  alarmLow: string;
}

export function targetTrackingPolicy(group: string, name: string, targetValue: number): ScalingPolicy {
  const uuid = randomUUID();
  return {
    id: randomUUID(),
    name,
    targetValue,
    alarmHigh: alarmName(group, "AlarmHigh", uuid),
    alarmLow: alarmName(group, "AlarmLow", uuid),
  };
}
