/** Sources: CloudWatch API Reference, "GetMetricStatistics", "GetMetricData", "ListMetrics". */
import type {
  Datapoint as DatapointDescription,
  Dimension,
  DimensionFilter,
  MetricDataQuery,
  MetricDataResult,
  Statistic,
} from "@aws-sdk/client-cloudwatch";
import { pageOf } from "../../../api/paging";
import { minute } from "../../../clock";
import type { Metric } from "../metrics";
import { refusals } from "../refusals";
import { statistics } from "../statistics";
import { isStatistic, metricOf, validPeriod, validRange } from "./common";
import type { CloudWatchActionContext, CloudWatchActions } from "./context";

/** "If you specify a longer period … more than 1,440 data points … CloudWatch returns an error." */
const maxDatapoints = 1440;
/** Source: "ListMetrics". */
const pageSize = 500;
/** Metrics that had data in so many region milliseconds are recently active (PT3H). */
const recently = 180 * minute;

export const readingActions = {
  GetMetricStatistics: {
    parameters: [
      "Namespace",
      "MetricName",
      "Dimensions",
      "StartTime",
      "EndTime",
      "Period",
      "Statistics",
      "Unit",
    ],
    handle({ metrics, wallClock }, input) {
      const { Statistics = [], MetricName: Label = "", Unit: wanted } = input;
      const periodSeconds = validPeriod(input.Period);
      const requested = Statistics.map((name, index) => validStatistic(name, index + 1));
      if (requested.length === 0) throw refusals.noStatistic();
      const { start, end } = validRange(input.StartTime, input.EndTime);
      const datapoints = Math.ceil((end.getTime() - start.getTime()) / (periodSeconds * 1000));
      if (datapoints > maxDatapoints) throw refusals.tooManyRequested(datapoints, maxDatapoints);
      const range = { start: wallClock.timeOf(start), end: wallClock.timeOf(end), periodSeconds };
      const Datapoints = metrics.statistics(metricOf(input), range, wanted).map(point => {
        const described: DatapointDescription = {
          Timestamp: wallClock.show(point.timestamp),
          Unit: point.unit,
        };
        for (const statistic of requested) described[statistic] = point[statistics[statistic]] as number;
        return described;
      });
      return { Label, Datapoints };
    },
  },

  GetMetricData: {
    parameters: [
      ...(["Id", "Label", "MetricStat", "ReturnData", "Expression"] as const).map(
        part => `MetricDataQueries.${part}` as const,
      ),
      "StartTime",
      "EndTime",
      "ScanBy",
    ],
    handle(context, { MetricDataQueries = [], StartTime, EndTime, ScanBy = "TimestampDescending" }) {
      if (!isScanBy(ScanBy)) throw refusals.scanBy();
      const range = validRange(StartTime, EndTime);
      assertIds(MetricDataQueries);
      const results = MetricDataQueries.map(query => resultOf(context, query, range));
      if (ScanBy === "TimestampDescending")
        for (const { Timestamps, Values } of results) {
          Timestamps?.reverse();
          Values?.reverse();
        }
      const returned = results.filter((_, index) => MetricDataQueries[index]?.ReturnData !== false);
      return { MetricDataResults: returned, Messages: [] };
    },
  },

  ListMetrics: {
    parameters: ["Namespace", "MetricName", "Dimensions", "RecentlyActive", "NextToken"],
    handle({ metrics, now }, { Namespace, MetricName, Dimensions = [], RecentlyActive, NextToken }) {
      const since = RecentlyActive === undefined ? -Infinity : now() - recently;
      const found = metrics
        .list(since)
        .filter(
          ({ namespace, name, dimensions }) =>
            (Namespace === undefined || namespace === Namespace) &&
            (MetricName === undefined || name === MetricName) &&
            Dimensions.every(filter => dimensions.some(dimension => matches(filter, dimension))),
        );
      const paged = pageOf(found, pageSize, NextToken);
      if (!paged) throw refusals.listToken();
      const Metrics = paged.page.map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: dimensions.map(({ name: Name, value: Value }): Dimension => ({ Name, Value })),
      }));
      return { Metrics, NextToken: paged.next };
    },
  },
} satisfies Partial<CloudWatchActions>;

function validStatistic(statistic: string, position: number): Statistic {
  if (isStatistic(statistic)) return statistic;
  throw refusals.statistic(position, Object.keys(statistics));
}

const isScanBy = (value: string) => value === "TimestampDescending" || value === "TimestampAscending";

function assertIds(queries: readonly MetricDataQuery[]): void {
  const seen = new Set<string>();
  for (const { Id = "" } of queries) {
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(Id)) throw refusals.queryId(Id);
    if (seen.has(Id)) throw refusals.queryIdTwice(Id);
    seen.add(Id);
  }
}

/** Oldest first. */
function resultOf(
  { metrics, wallClock }: CloudWatchActionContext,
  { Id = "", MetricStat, Expression, Label }: MetricDataQuery,
  { start, end }: { start: Date; end: Date },
): MetricDataResult {
  if (Expression !== undefined) throw refusals.noExpressions();
  if (!MetricStat?.Metric) throw refusals.queryWithoutMetric(Id);
  const { Metric: metric, Period, Stat = "", Unit } = MetricStat;
  if (!isStatistic(Stat)) throw refusals.noPercentiles(Stat);
  const range = {
    start: wallClock.timeOf(start),
    end: wallClock.timeOf(end),
    periodSeconds: validPeriod(Period),
  };
  const points = metrics.statistics(metricOf(metric), range, Unit);
  return {
    Id,
    Label: Label ?? metric.MetricName ?? "",
    Timestamps: points.map(({ timestamp }) => wallClock.show(timestamp)),
    Values: points.map(point => point[statistics[Stat]] as number),
    StatusCode: "Complete",
  };
}

function matches({ Name, Value }: DimensionFilter, { name, value }: Metric["dimensions"][number]): boolean {
  return name === Name && (Value === undefined || value === Value);
}
