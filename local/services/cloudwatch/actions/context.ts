import type { StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { ActionsOf } from "../../../api/service";
import type { WallClock } from "../../../api/wall-clock";
import type { Dashboard } from "../dashboards";
import type { Metric, MetricStore } from "../metrics";

/** A metric alarm, as Auto Scaling keeps them for its policies. Times are in region milliseconds. */
export interface Alarm {
  name: string;
  description: string;
  metric: Metric;
  statistic: "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum";
  unit?: StandardUnit;
  periodSeconds: number;
  evaluationPeriods: number;
  threshold: number;
  comparisonOperator: "GreaterThanThreshold" | "LessThanThreshold";
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  stateReason: string;
  stateUpdated: number;
  configurationUpdated: number;
  /** Arns of what it calls when it goes off. */
  alarmActions: readonly string[];
}

/** What CloudWatch's actions act on. */
export interface CloudWatchActionContext {
  metrics: MetricStore;
  /** By name. */
  dashboards: Map<string, Dashboard>;
  alarms: () => readonly Alarm[];
  regionName: string;
  /** Region milliseconds. */
  now: () => number;
  wallClock: WallClock;
}

export type CloudWatchActions = ActionsOf<
  typeof import("@aws-sdk/client-cloudwatch"),
  CloudWatchActionContext
>;
