/** Source: CloudWatch API Reference, "PutMetricData", "MetricDatum". */
import type { MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { minute, startOfMinute } from "../../../clock";
import { retention, type Metric, type StatisticSet } from "../metrics";
import { refusals } from "../refusals";
import { metricOf } from "./common";
import type { CloudWatchActionContext, CloudWatchActions } from "./context";

/** Bounds the region's memory: some 20 MB. */
export const mostMinutes = 100_000;

const scales = ["", "Kilo", "Mega", "Giga", "Tera"];
const sizes = ["bytes", "bits"].flatMap(size => scales.map(scale => capitalized(scale + size)));
const units: readonly string[] = [
  ...["Seconds", "Microseconds", "Milliseconds", ...sizes, "Percent", "Count"],
  ...sizes.map(size => `${size}/Second`),
  ...["Count/Second", "None"],
];

export const metricDataActions = {
  PutMetricData: {
    parameters: ["Namespace", "MetricData"],
    handle(context, { Namespace = "", MetricData = [] }) {
      if (!/^[^:]/.test(Namespace) || Namespace.startsWith("AWS/") || Namespace.length > 255)
        throw refusals.reservedNamespace(Namespace);
      if (MetricData.length === 0) throw refusals.noMetricData();
      if (MetricData.length > 1000) throw refusals.tooMuchMetricData();
      const data = MetricData.map((datum, index) => {
        const at = `MetricData.member.${index + 1}`;
        return {
          metric: validMetric(Namespace, datum, at),
          start: startOf(context, datum, at),
          samples: samplesOf(datum, at),
          unit: unitOf(datum, at),
        };
      });
      if (context.metrics.size + data.length > mostMinutes) throw refusals.tooManyDatapoints(mostMinutes);
      for (const { metric, start, samples, unit } of data) context.metrics.add(metric, start, samples, unit);
      return {};
    },
  },
} satisfies Partial<CloudWatchActions>;

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function validMetric(Namespace: string, datum: MetricDatum, at: string): Metric {
  const metric = metricOf({ ...datum, Namespace });
  const { name, dimensions } = metric;
  if (name === "" || name.length > 255) throw refusals.emptyName(`${at}.MetricName`);
  if (dimensions.length > 30) throw refusals.tooManyDimensions(at);
  dimensions.forEach((dimension, index) => {
    const path = `${at}.Dimensions.member.${index + 1}`;
    if (dimension.name === "" || dimension.name.length > 255) throw refusals.emptyName(`${path}.Name`);
    if (dimension.value === "") throw refusals.emptyName(`${path}.Value`);
  });
  return metric;
}

/** The datapoint's minute. */
function startOf(
  { wallClock, now }: CloudWatchActionContext,
  { Timestamp, StorageResolution = 60 }: MetricDatum,
  at: string,
): number {
  if (StorageResolution === 1) throw refusals.noHighResolution();
  if (StorageResolution % 60 !== 0) throw refusals.storageResolution(at);
  const time = Timestamp ? wallClock.timeOf(Timestamp) : now();
  const age = now() - time;
  if (age > 14 * 24 * 60 * minute) throw refusals.timestampTooEarly(at);
  if (age >= retention) throw refusals.noOldDatapoints();
  if (age < -2 * 60 * minute) throw refusals.timestampTooLate(at);
  return startOfMinute(time);
}

function unitOf({ Unit = "None" }: MetricDatum, at: string): StandardUnit {
  if (!units.includes(Unit)) throw refusals.unit(at, units);
  return Unit;
}

function samplesOf(datum: MetricDatum, at: string): StatisticSet {
  const { Value, Values, Counts, StatisticValues } = datum;
  const given = Object.keys({ Value, Values, StatisticValues }).filter(
    name => datum[name as keyof MetricDatum] !== undefined,
  );
  const [first, second] = given;
  if (first === undefined) throw refusals.noValue(at);
  if (second !== undefined) throw refusals.exclusiveValues(at, first, second);
  if (StatisticValues) {
    const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = StatisticValues;
    for (const [name, value] of Object.entries({ SampleCount, Sum, Minimum, Maximum }))
      assertNumber(value, `${at}.StatisticValues.${name}`);
    return { sampleCount: SampleCount, sum: Sum, minimum: Minimum, maximum: Maximum };
  }
  const values = Values ?? (Value === undefined ? [] : [Value]);
  const counts = Counts ?? values.map(() => 1);
  if (values.length === 0) throw refusals.noValue(at);
  if (values.length > 150) throw refusals.tooManyValues(at);
  if (counts.length !== values.length) throw refusals.countsOfOtherLength(at);
  for (const value of values) assertNumber(value, `${at}.${Values ? "Values" : "Value"}`);
  for (const count of counts) assertNumber(count, `${at}.Counts`);
  return {
    sampleCount: counts.reduce((total, count) => total + count, 0),
    sum: values.reduce((total, value, index) => total + value * (counts[index] ?? 0), 0),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}

/** Source: "PutMetricData": values beyond ±2^360 and special ones are rejected. */
function assertNumber(value: number, parameter: string): void {
  if (!(Math.abs(value) <= 2 ** 360)) throw refusals.notANumber(value, parameter);
}
