/** Metric alarms. Source: CloudWatch API Reference, "MetricAlarm". */
import type { Statistic, StandardUnit } from "@aws-sdk/client-cloudwatch";
import {
  alarmState,
  comparisons,
  extraPeriods,
  stateReason,
  type AlarmState,
  type Comparison,
  type MissingData,
} from "../../alarm-state";
import type { Tags } from "../../api/tags";
import type { Metric, MetricStore } from "./metrics";
import { statistics } from "./statistics";

export interface AlarmSettings {
  name: string;
  description?: string;
  metric: Metric;
  statistic: Statistic;
  unit?: StandardUnit;
  periodSeconds: number;
  evaluationPeriods: number;
  datapointsToAlarm?: number;
  threshold: number;
  comparisonOperator: Comparison;
  treatMissingData?: MissingData;
  /** The rest is kept without effect. ARNs of what it invokes when it goes off. */
  alarmActions: readonly string[];
  okActions?: readonly string[];
  insufficientDataActions?: readonly string[];
  actionsEnabled?: boolean;
}

/** Times are in region milliseconds. */
export interface Alarm extends AlarmSettings {
  state: AlarmState;
  stateReason: string;
  stateUpdated: number;
  configurationUpdated: number;
}

/** The alarms that PutMetricAlarm makes; Auto Scaling keeps those of its policies. */
export class MetricAlarms extends Map<string, Alarm & { tags: Tags }> {
  constructor(
    private readonly metrics: MetricStore,
    /** Receives a line for each alarm that goes off, and when it is over. */
    private readonly report: (event: string) => void,
  ) {
    super();
  }

  /** Creates an alarm, or changes its settings: then it keeps its state and its tags. */
  put(settings: AlarmSettings, { now, tags }: { now: number; tags: Tags }): void {
    const created = {
      state: "INSUFFICIENT_DATA" as const,
      stateReason: "Unchecked: Initial alarm creation",
      stateUpdated: now,
      tags,
    };
    const { state, stateReason, stateUpdated, tags: kept } = this.get(settings.name) ?? created;
    const history = { state, stateReason, stateUpdated, tags: kept };
    this.set(settings.name, { ...settings, ...history, configurationUpdated: now });
  }

  /**
   * Sets every alarm's state.
   * @param end region milliseconds up to which all data has arrived: the end of a minute
   * @param now region milliseconds
   */
  evaluate(end: number, now: number): void {
    for (const alarm of this.values()) {
      const { state: before, threshold, comparisonOperator: comparison, name } = alarm;
      const breaches = (value: number) => comparisons[comparison].holds(value, threshold);
      const points = this.pointsOf(alarm, end);
      const state = alarmState(points, { ...alarm, breaches }, before);
      if (state === before) continue;
      const reason = stateReason(state, points, { ...alarm, breaches, comparison });
      Object.assign(alarm, { state, stateReason: reason, stateUpdated: now });
      if (state === "ALARM" || before === "ALARM") this.report(`alarm ${name} is ${state}: ${reason}`);
    }
  }

  /** One per period, latest last. */
  private pointsOf({ metric, periodSeconds, evaluationPeriods, unit, statistic }: Alarm, end: number) {
    const count = evaluationPeriods + extraPeriods;
    const start = end - count * periodSeconds * 1000;
    const found = this.metrics.statistics(metric, { start, end, periodSeconds }, unit);
    return Array.from({ length: count }, (_, index) => {
      const point = found.find(({ timestamp }) => timestamp === start + index * periodSeconds * 1000);
      return point && (point[statistics[statistic]] as number);
    });
  }
}
