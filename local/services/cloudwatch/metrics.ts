/**
 * The region's CloudWatch metrics: one statistic set per minute of the region's clock. A minute is identified by its
 * start, in region milliseconds.
 */
import type { StandardUnit } from "@aws-sdk/client-cloudwatch";
import { minute, startOfMinute } from "../../clock";

export interface Metric {
  /** "AWS/EC2" for percentages, "AWS/AutoScaling" for numbers without a unit, or a custom one. */
  namespace: string;
  name: string;
  /** Of AWS's own: InstanceId, or AutoScalingGroupName for aggregates over a group. */
  dimensions: readonly { name: string; value: string }[];
}

export interface StatisticSet {
  sampleCount: number;
  sum: number;
  minimum: number;
  maximum: number;
}

/** Datapoint of the CloudWatch API Reference. */
export interface Datapoint extends StatisticSet {
  /** The start of its period. */
  timestamp: number;
  average: number;
  unit: StandardUnit;
}

/** A metric's data in one unit. */
interface Series {
  metric: Metric;
  unit: StandardUnit;
  /** Oldest first. */
  minutes: Map<number, StatisticSet>;
  /** The latest minute. */
  latest: number;
}

/** A region's day, and the most datapoints that one GetMetricStatistics may return. */
const retainedMinutes = 1440;

export const retention = retainedMinutes * minute;

export class MetricStore {
  /** By metric; a series for each unit. */
  private readonly metrics = new Map<string, Series[]>();
  /** The latest minute with data. */
  private latest = -Infinity;

  /** How many minutes of data there are, of all metrics. */
  get size(): number {
    return this.all().reduce((total, { minutes }) => total + minutes.size, 0);
  }

  /** Adds a sample to a minute. */
  put(metric: Metric, start: number, value: number): void {
    this.add(metric, start, { sampleCount: 1, sum: value, minimum: value, maximum: value });
  }

  /** Adds samples to a minute. */
  add(metric: Metric, start: number, samples: StatisticSet, unit: StandardUnit = unitOf(metric)): void {
    const series = this.seriesFor(metric, unit);
    const existing = series.minutes.get(start);
    series.minutes.set(start, existing ? merged(existing, samples) : samples);
    if (start < series.latest && !existing)
      series.minutes = new Map([...series.minutes].sort(([a], [b]) => a - b));
    series.latest = Math.max(series.latest, start);
    if (start > this.latest) {
      this.latest = start;
      this.deleteBefore(start - (retainedMinutes - 1) * minute);
    }
  }

  /** The metrics with data since a time, in region milliseconds. */
  list(since: number): Metric[] {
    return [...this.metrics.values()].flatMap(series =>
      series
        .filter(({ latest }) => latest >= since)
        .slice(0, 1)
        .map(({ metric }) => metric),
    );
  }

  /**
   * GetMetricStatistics of the CloudWatch API Reference: for each period with data, and each unit or the one given, a
   * datapoint; a unit's oldest first, from `start`, rounded down to its minute, up to but excluding `end`.
   * @throws RangeError unless `periodSeconds` is a positive multiple of 60
   */
  statistics(
    metric: Metric,
    range: { start: number; end: number; periodSeconds: number },
    unit?: StandardUnit,
  ): Datapoint[] {
    const period = range.periodSeconds * 1000;
    if (!(period > 0 && Number.isInteger(period / minute)))
      throw new RangeError(`the period must be a multiple of 60 s, not ${range.periodSeconds} s`);
    return (this.metrics.get(keyOf(metric)) ?? [])
      .filter(series => unit === undefined || series.unit === unit)
      .flatMap(series => datapointsOf(series, { ...range, start: startOfMinute(range.start) }, period));
  }

  /** Averages of `count` minutes, ending with `last`; undefined where there is no data. */
  averages(metric: Metric, count: number, last: number): (number | undefined)[] {
    const [series] = this.metrics.get(keyOf(metric)) ?? [];
    return Array.from({ length: count }, (_, index) => {
      const set = series?.minutes.get(last - (count - 1 - index) * minute);
      return set && set.sum / set.sampleCount;
    });
  }

  private all(): Series[] {
    return [...this.metrics.values()].flat();
  }

  private seriesFor(metric: Metric, unit: StandardUnit): Series {
    const key = keyOf(metric);
    const ofMetric = this.metrics.get(key) ?? [];
    this.metrics.set(key, ofMetric);
    const existing = ofMetric.find(series => series.unit === unit);
    if (existing) return existing;
    const series = { metric, unit, minutes: new Map<number, StatisticSet>(), latest: -Infinity };
    ofMetric.push(series);
    return series;
  }

  private deleteBefore(limit: number): void {
    for (const { minutes } of this.all()) {
      for (const time of minutes.keys()) {
        if (time >= limit) break;
        minutes.delete(time);
      }
    }
    for (const [key, series] of this.metrics) {
      const remaining = series.filter(({ minutes }) => minutes.size > 0);
      if (remaining.length === 0) this.metrics.delete(key);
      else this.metrics.set(key, remaining);
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

function datapointsOf(
  { minutes, unit }: Series,
  { start, end }: { start: number; end: number },
  period: number,
): Datapoint[] {
  const periods = new Map<number, StatisticSet>();
  for (const [time, set] of minutes) {
    if (time < start || time >= end) continue;
    const timestamp = start + Math.floor((time - start) / period) * period;
    const existing = periods.get(timestamp);
    periods.set(timestamp, existing ? merged(existing, set) : set);
  }
  return [...periods].map(([timestamp, set]) => ({
    timestamp,
    ...set,
    average: set.sum / set.sampleCount,
    unit,
  }));
}

/** The unit of AWS's own metrics here, and of custom ones without a unit. */
function unitOf({ namespace }: Metric): StandardUnit {
  return namespace === "AWS/EC2" ? "Percent" : "None";
}

/** Equal for the same metric: the order of dimensions doesn't matter. */
export function keyOf({ namespace, name, dimensions }: Metric): string {
  const sorted = dimensions
    .map(each => [each.name, each.value])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}
