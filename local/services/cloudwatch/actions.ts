/** CloudWatch metrics of the fleet. Source: CloudWatch API Reference, "GetMetricStatistics". */
import type {
  Datapoint as DatapointDescription,
  Dimension,
  GetMetricStatisticsInput,
  StandardUnit,
  Statistic,
} from "@aws-sdk/client-cloudwatch";
import type { Datapoint, Metric, MetricStore } from "./metrics";
import type { WallClock } from "../../api/wall-clock";
import { AwsError } from "../../api/aws-error";
import { assertAtLeast } from "../../api/protocols/faults";
import type { ActionsOf, ServiceOf } from "../../api/service";

/** What CloudWatch's actions act on. */
export interface CloudWatchActionContext {
  metrics: MetricStore;
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
const maxDatapoints = 1440;

type Actions = ActionsOf<typeof import("@aws-sdk/client-cloudwatch"), CloudWatchActionContext>;

const getMetricStatistics: Actions["GetMetricStatistics"] = {
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
    const { StartTime, EndTime, Period, Statistics = [], MetricName: Label = "" } = input;
    const period = validPeriod(Period);
    const requested = Statistics.map((name, index) => validStatistic(name, index + 1));
    if (requested.length === 0)
      throw new AwsError("MissingParameter", "The parameter Statistics or ExtendedStatistics is required.");
    const start = required(StartTime);
    const end = required(EndTime);
    assertRange(start, end, period);
    const metric = metricOf(input);
    if (!metric) return { Label, Datapoints: [] };
    const Unit = unitOf(metric);
    if (input.Unit !== undefined && input.Unit !== Unit) return { Label, Datapoints: [] };
    const range = { start: wallClock.timeOf(start), end: wallClock.timeOf(end), periodSeconds: period };
    const Datapoints = metrics.statistics(metric, range).map(point => {
      const described: DatapointDescription = { Timestamp: wallClock.show(point.timestamp), Unit };
      for (const statistic of requested) described[statistic] = point[statistics[statistic]];
      return described;
    });
    return { Label, Datapoints };
  },
};

/** The schema has already checked that required members are present. */
function required(date: Date | undefined): Date {
  if (!date) throw new TypeError("required date is missing");
  return date;
}

function validPeriod(period = 0): number {
  assertAtLeast(1, period, "Period");
  // Shorter periods need high-resolution metrics, which don't exist here.
  if (period % 60 !== 0)
    throw new AwsError("InvalidParameterValue", "The parameter Period must be a multiple of 60.");
  return period;
}

function validStatistic(statistic: string, position: number): Statistic {
  if (Object.hasOwn(statistics, statistic)) return statistic as Statistic;
  throw new AwsError(
    "InvalidParameterValue",
    `The parameter Statistics.member.${position} must be a value in the set [ ${Object.keys(statistics).join(", ")} ].`,
  );
}

function assertRange(start: Date, end: Date, period: number): void {
  if (start >= end)
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter StartTime must be less than the parameter EndTime.",
    );
  const datapoints = Math.ceil((end.getTime() - start.getTime()) / (period * 1000));
  if (datapoints > maxDatapoints)
    throw new AwsError(
      "InvalidParameterCombination",
      `You have requested up to ${datapoints} datapoints, which exceeds the limit of ${maxDatapoints}. ` +
        "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
    );
}

/** Every metric here has exactly one dimension; with another number of them, no metric matches. */
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
  serviceName: "GraniteServiceVersion20100801",
  model: () => import("@aws-sdk/client-cloudwatch"),
  source: "local/services/cloudwatch/actions.ts",
  actions: { GetMetricStatistics: getMetricStatistics },
} satisfies ServiceOf<typeof import("@aws-sdk/client-cloudwatch"), CloudWatchActionContext>;
