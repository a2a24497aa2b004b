/**
 * The region's CloudWatch metrics: one statistic set per minute of the region's clock. A minute is identified by its
 * start, in region milliseconds.
 */
import { minute, startOfMinute } from "../../clock";

export interface Metric {
  /** "AWS/EC2" for percentages or "AWS/AutoScaling" for numbers without a unit. */
  namespace: string;
  name: string;
  /** InstanceId, or AutoScalingGroupName for aggregates over a group. */
  dimension: { name: string; value: string };
}

/** Datapoint of the CloudWatch API Reference. */
export interface Datapoint {
  /** The start of its period. */
  timestamp: number;
  sampleCount: number;
  sum: number;
  average: number;
  minimum: number;
  maximum: number;
}

type StatisticSet = Pick<Datapoint, "sampleCount" | "sum" | "minimum" | "maximum">;

/** A region's day, and the most datapoints that one GetMetricStatistics may return. */
const retainedMinutes = 1440;

export class MetricStore {
  /** By metric, then by minute, oldest first. */
  private readonly metrics = new Map<string, Map<number, StatisticSet>>();

  /** Adds a sample to a minute; minutes must not go backwards. */
  put(metric: Metric, start: number, value: number): void {
    const key = keyOf(metric);
    const minutes = this.metrics.get(key) ?? new Map<number, StatisticSet>();
    this.metrics.set(key, minutes);
    const sample = { sampleCount: 1, sum: value, minimum: value, maximum: value };
    const existing = minutes.get(start);
    minutes.set(start, existing ? merged(existing, sample) : sample);
    this.deleteBefore(start - (retainedMinutes - 1) * minute);
  }

  /**
   * GetMetricStatistics of the CloudWatch API Reference: a datapoint for each period with data, oldest first, from
   * `start`, rounded down to its minute, up to but excluding `end`.
   * @throws RangeError unless `periodSeconds` is a positive multiple of 60
   */
  statistics(metric: Metric, range: { start: number; end: number; periodSeconds: number }): Datapoint[] {
    const period = range.periodSeconds * 1000;
    if (!(period > 0 && Number.isInteger(period / minute)))
      throw new RangeError(`the period must be a multiple of 60 s, not ${range.periodSeconds} s`);
    const start = startOfMinute(range.start);
    const periods = new Map<number, StatisticSet>();
    for (const [time, set] of this.metrics.get(keyOf(metric)) ?? []) {
      if (time < start || time >= range.end) continue;
      const timestamp = start + Math.floor((time - start) / period) * period;
      const existing = periods.get(timestamp);
      periods.set(timestamp, existing ? merged(existing, set) : set);
    }
    return [...periods].map(([timestamp, set]) => ({
      timestamp,
      ...set,
      average: set.sum / set.sampleCount,
    }));
  }

  /** Averages of `count` minutes, ending with `last`; undefined where there is no data. */
  averages(metric: Metric, count: number, last: number): (number | undefined)[] {
    const minutes = this.metrics.get(keyOf(metric));
    return Array.from({ length: count }, (_, index) => {
      const set = minutes?.get(last - (count - 1 - index) * minute);
      return set && set.sum / set.sampleCount;
    });
  }

  private deleteBefore(limit: number): void {
    for (const [key, minutes] of this.metrics) {
      for (const time of minutes.keys()) {
        if (time >= limit) break;
        minutes.delete(time);
      }
      if (minutes.size === 0) this.metrics.delete(key);
    }
  }
}

function merged(a: StatisticSet, b: StatisticSet): StatisticSet {
  return {
    sampleCount: a.sampleCount + b.sampleCount,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
}

function keyOf({ namespace, name, dimension }: Metric): string {
  return JSON.stringify([namespace, name, dimension.name, dimension.value]);
}
