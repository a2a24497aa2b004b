/** CloudWatch metrics of the fleet. Source: CloudWatch API Reference, "GetMetricStatistics". */
import type {
  Datapoint as DatapointDescription,
  Dimension,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  StandardUnit,
  Statistic,
} from "@aws-sdk/client-cloudwatch";
import type { Datapoint, Metric, MetricStore } from "./metrics";
import type { WallClock } from "../../api/wall-clock";
import { AwsError } from "../../api/aws-error";
import { failsConstraint } from "../../api/protocols/faults";
import { action, type ServiceOf } from "../../api/service";

/** What CloudWatch's actions work on. */
export interface CloudWatchContext {
  metrics: MetricStore;
  /** One for the whole answer, so that its times are consistent. */
  wallClock: WallClock;
}

const statistics: Record<Statistic, keyof Datapoint> = {
  Average: "average",
  Maximum: "maximum",
  Minimum: "minimum",
  SampleCount: "sampleCount",
  Sum: "sum",
};

/** "If you specify a longer period … more than 1,440 data points … CloudWatch returns an error." */
const mostDatapoints = 1440;

const getMetricStatistics = action<CloudWatchContext, GetMetricStatisticsInput, GetMetricStatisticsOutput>(
  ["Namespace", "MetricName", "Dimensions", "StartTime", "EndTime", "Period", "Statistics", "Unit"],
  ({ metrics, wallClock }, input) => {
    const { StartTime, EndTime, Period, Statistics = [], MetricName: Label = "" } = input;
    const period = validPeriod(Period);
    const wanted = Statistics.map((name, index) => validStatistic(name, index + 1));
    if (wanted.length === 0) {
      throw new AwsError("MissingParameter", "The parameter Statistics or ExtendedStatistics is required.");
    }
    const from = required(StartTime);
    const to = required(EndTime);
    assertRange(from, to, period);
    const metric = metricOf(input);
    if (!metric) return { Label, Datapoints: [] };
    const Unit = unitOf(metric);
    if (input.Unit !== undefined && input.Unit !== Unit) return { Label, Datapoints: [] };
    const range = { start: wallClock.timeOf(from), end: wallClock.timeOf(to), periodSeconds: period };
    const Datapoints = metrics.statistics(metric, range).map(point => {
      const described: DatapointDescription = {
        Timestamp: wallClock.show(point.timestamp),
        Unit,
      };
      for (const statistic of wanted) described[statistic] = point[statistics[statistic]];
      return described;
    });
    return { Label, Datapoints };
  },
);

/** The schema has made sure that required members are there. */
function required(date: Date | undefined): Date {
  if (!date) throw new TypeError("a date that the request must have is missing");
  return date;
}

function validPeriod(period = 0): number {
  if (!Number.isInteger(period) || period < 1)
    throw failsConstraint(String(period), "Period", "Member must have value greater than or equal to 1");
  // Shorter periods are for high-resolution metrics, and there are none here.
  if (period % 60 !== 0) {
    throw new AwsError("InvalidParameterValue", "The parameter Period must be a multiple of 60.");
  }
  return period;
}

function validStatistic(statistic: string, position: number): Statistic {
  if (Object.hasOwn(statistics, statistic)) return statistic as Statistic;
  throw new AwsError(
    "InvalidParameterValue",
    `The parameter Statistics.member.${position} must be a value in the set [ ${Object.keys(statistics).join(", ")} ].`,
  );
}

function assertRange(from: Date, to: Date, period: number): void {
  if (from >= to) {
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter StartTime must be less than the parameter EndTime.",
    );
  }
  const datapoints = Math.ceil((to.getTime() - from.getTime()) / (period * 1000));
  if (datapoints > mostDatapoints) {
    throw new AwsError(
      "InvalidParameterCombination",
      `You have requested up to ${datapoints} datapoints, which exceeds the limit of ${mostDatapoints}. ` +
        "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
    );
  }
}

/** A metric with one dimension, as all have here; an unknown metric has no datapoints. */
function metricOf(input: GetMetricStatisticsInput): Metric | undefined {
  const [dimension, ...others]: Dimension[] = input.Dimensions ?? [];
  if (!dimension || others.length > 0) return undefined;
  const { Name: name = "", Value: value = "" } = dimension;
  return { namespace: input.Namespace ?? "", name: input.MetricName ?? "", dimension: { name, value } };
}

const unitOf = ({ namespace }: Metric): StandardUnit => (namespace === "AWS/EC2" ? "Percent" : "None");

export const cloudWatchService = {
  scope: "monitoring",
  query: { dialect: "query", xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/" },
  json: { version: "1.0", target: "GraniteServiceVersion20100801" },
  model: () => import("@aws-sdk/client-cloudwatch"),
  actions: { GetMetricStatistics: getMetricStatistics },
} satisfies ServiceOf<typeof import("@aws-sdk/client-cloudwatch"), CloudWatchContext>;
