/**
 * The region's CloudWatch metrics: statistic sets per minute, on the region's clock. A minute is named by its
 * beginning, in milliseconds of that clock; a multiple of 60,000.
 */
import { minute, startOfMinute } from "../../clock";

export interface Metric {
  /** "AWS/EC2", whose metrics here are percentages, or "AWS/AutoScaling", whose are numbers without a unit. */
  namespace: string;
  name: string;
  /** For example InstanceId, or AutoScalingGroupName for what is aggregated over a group's instances. */
  dimension: { name: string; value: string };
}

/** As Datapoint of the CloudWatch API Reference. */
export interface Datapoint {
  /** The beginning of its period. */
  timestamp: number;
  sampleCount: number;
  sum: number;
  average: number;
  minimum: number;
  maximum: number;
}

type StatisticSet = Pick<Datapoint, "sampleCount" | "sum" | "minimum" | "maximum">;

/** As many datapoints as one GetMetricStatistics may answer: a region's day. */
const keptMinutes = 1440;

export class MetricStore {
  /** By metric, then by minute, the oldest first. */
  private readonly metrics = new Map<string, Map<number, StatisticSet>>();

  /** Adds one sample to a minute, which must be no earlier than any before. */
  put(metric: Metric, begin: number, value: number): void {
    const key = keyOf(metric);
    const minutes = this.metrics.get(key) ?? new Map<number, StatisticSet>();
    this.metrics.set(key, minutes);
    const sample = { sampleCount: 1, sum: value, minimum: value, maximum: value };
    const before = minutes.get(begin);
    minutes.set(begin, before ? merged(before, sample) : sample);
    this.forget(begin - (keptMinutes - 1) * minute);
  }

  /**
   * As GetMetricStatistics of the CloudWatch API Reference: from `start`, rounded down to its minute, to before `end`;
   * a datapoint for each period that has data, the oldest first.
   * @throws RangeError if `periodSeconds` is no multiple of 60
   */
  statistics(metric: Metric, range: { start: number; end: number; periodSeconds: number }): Datapoint[] {
    const period = range.periodSeconds * 1000;
    if (!(period > 0 && Number.isInteger(period / minute)))
      throw new RangeError(`a period is a multiple of 60 s, not ${range.periodSeconds} s`);
    const start = startOfMinute(range.start);
    const periods = new Map<number, StatisticSet>();
    for (const [time, set] of this.metrics.get(keyOf(metric)) ?? []) {
      if (time < start || time >= range.end) continue;
      const timestamp = start + Math.floor((time - start) / period) * period;
      const before = periods.get(timestamp);
      periods.set(timestamp, before ? merged(before, set) : set);
    }
    return [...periods].map(([timestamp, set]) => ({
      timestamp,
      ...set,
      average: set.sum / set.sampleCount,
    }));
  }

  /** Averages of `count` minutes, `last` and those before it; the latest last, undefined where there is no data. */
  averages(metric: Metric, count: number, last: number): (number | undefined)[] {
    const minutes = this.metrics.get(keyOf(metric));
    return Array.from({ length: count }, (_, index) => {
      const set = minutes?.get(last - (count - 1 - index) * minute);
      return set && set.sum / set.sampleCount;
    });
  }

  private forget(before: number): void {
    for (const [key, minutes] of this.metrics) {
      for (const time of minutes.keys()) {
        if (time >= before) break;
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
