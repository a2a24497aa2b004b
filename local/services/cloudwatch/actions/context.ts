import type { ActionsOf } from "../../../api/service";
import type { WallClock } from "../../../api/wall-clock";
import type { Alarm, MetricAlarms } from "../alarms";
import type { Dashboard } from "../dashboards";
import type { MetricStore } from "../metrics";

export interface CloudWatchActionContext {
  metrics: MetricStore;
  /** By name. */
  dashboards: Map<string, Dashboard>;
  /** By name, those that PutMetricAlarm made. */
  metricAlarms: MetricAlarms;
  /** Those that Auto Scaling keeps for its policies. */
  policyAlarms: () => readonly Alarm[];
  regionName: string;
  /** Region milliseconds. */
  now: () => number;
  wallClock: WallClock;
}

export type CloudWatchActions = ActionsOf<
  typeof import("@aws-sdk/client-cloudwatch"),
  CloudWatchActionContext
>;
