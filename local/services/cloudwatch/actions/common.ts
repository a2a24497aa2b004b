/** What reading metrics and alarms shares. */
import type { Dimension, Statistic } from "@aws-sdk/client-cloudwatch";
import { assertAtLeast } from "../../../api/protocols/faults";
import type { Metric } from "../metrics";
import { refusals } from "../refusals";
import { statistics } from "../statistics";

export const isStatistic = (name: string): name is Statistic => Object.hasOwn(statistics, name);

export function metricOf(input: {
  Namespace?: string;
  MetricName?: string;
  Dimensions?: readonly Dimension[];
}): Metric {
  const { Namespace: namespace = "", MetricName: name = "", Dimensions = [] } = input;
  const dimensions = Dimensions.map(({ Name = "", Value = "" }) => ({ name: Name, value: Value }));
  return { namespace, name, dimensions };
}

export function validPeriod(period = 0): number {
  assertAtLeast(1, period, "Period");
  // Shorter periods need high-resolution metrics, which don't exist here.
  if (period % 60 !== 0) throw refusals.period();
  return period;
}

/** The schema has already checked that required members are present. */
export function validRange(start: Date | undefined, end: Date | undefined): { start: Date; end: Date } {
  if (!start || !end) throw new TypeError("required date is missing");
  if (start >= end) throw refusals.endBeforeStart();
  return { start, end };
}
