/** A call for each thing that CloudWatch refuses: the compiler names a refusal that has none. */
import type { MetricDatum, PutMetricAlarmInput, StandardUnit, Statistic } from "@aws-sdk/client-cloudwatch";
import { openRegion } from "../../../testing/sample-resources";
import type { Region } from "../../region";
import { mostMinutes } from "./actions/metric-data";
import type { refusals } from "./refusals";

type Calls = Region["calls"]["cloudWatch"];

/** The call that ends in the refusal, and its code. */
type Case = [code: string, call: (calls: Calls, region: Region) => Promise<unknown>];

const one: MetricDatum = { MetricName: "Orders", Value: 1 };
const hoursFromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000);

const put = (datum: Partial<MetricDatum>) => (calls: Calls) =>
  calls.PutMetricData({ Namespace: "Shop", MetricData: [{ ...one, ...datum }] });

const dashboard =
  (DashboardBody: string, DashboardName = "main") =>
  (calls: Calls) =>
    calls.PutDashboard({ DashboardName, DashboardBody });

const statistics = (changes: object) => (calls: Calls) =>
  calls.GetMetricStatistics({
    Namespace: "Shop",
    MetricName: "Orders",
    StartTime: hoursFromNow(-1),
    EndTime: hoursFromNow(0),
    Period: 60,
    Statistics: ["Sum"],
    ...changes,
  });

const query = { Id: "a", MetricStat: { Metric: { Namespace: "Shop" }, Period: 60, Stat: "Sum" } };
const data =
  (...MetricDataQueries: object[]) =>
  (calls: Calls) =>
    calls.GetMetricData({
      MetricDataQueries: MetricDataQueries.map(each => ({ ...query, ...each })),
      StartTime: hoursFromNow(-1),
      EndTime: hoursFromNow(0),
    });

const alarm = (changes: Partial<PutMetricAlarmInput>) => (calls: Calls) =>
  calls.PutMetricAlarm({
    AlarmName: "orders",
    Namespace: "Shop",
    MetricName: "Orders",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 3,
    Threshold: 5,
    ComparisonOperator: "LessThanThreshold",
    ...changes,
  });

const value = "InvalidParameterValue";
const validation = "ValidationError";
const combination = "InvalidParameterCombination";
const missing = "MissingParameter";
const unsupported = "UnsupportedOperation";

const cases: Record<keyof typeof refusals, Case> = {
  noHighResolution: [unsupported, put({ StorageResolution: 1 })],
  noOldDatapoints: [unsupported, put({ Timestamp: hoursFromNow(-25) })],
  noExpressions: [unsupported, data({ MetricStat: undefined, Expression: "a / 2" })],
  noPercentiles: [unsupported, data({ MetricStat: { ...query.MetricStat, Stat: "p99" } })],
  tooManyDatapoints: [
    unsupported,
    (calls, region) => {
      jest.spyOn(region.metrics, "size", "get").mockReturnValue(mostMinutes);
      return put({})(calls);
    },
  ],

  noHighResolutionAlarm: [unsupported, alarm({ Period: 10 })],
  noAnomalyDetection: [unsupported, alarm({ ComparisonOperator: "GreaterThanUpperThreshold" })],
  alarmOfPolicy: [
    unsupported,
    (calls, region) => {
      const ofPolicy = { name: "of a policy" } as ReturnType<typeof region.autoScaling.alarms>[number];
      jest.spyOn(region.autoScaling, "alarms").mockReturnValue([ofPolicy]);
      return calls.DeleteAlarms({ AlarmNames: [ofPolicy.name] });
    },
  ],

  dashboardNotJson: ["InvalidParameterInput", dashboard("{")],
  dashboardInvalid: ["InvalidParameterInput", dashboard('{"widgets":[{}]}')],
  dashboardName: ["InvalidParameterInput", dashboard('{"widgets":[]}', "my dashboard")],
  dashboardNotFound: ["ResourceNotFound", calls => calls.GetDashboard({ DashboardName: "other" })],
  noDashboardNames: [value, calls => calls.DeleteDashboards({ DashboardNames: [] })],

  reservedNamespace: [value, calls => calls.PutMetricData({ Namespace: "AWS/EC2", MetricData: [one] })],
  noMetricData: [missing, calls => calls.PutMetricData({ Namespace: "Shop", MetricData: [] })],
  tooMuchMetricData: [
    value,
    calls => calls.PutMetricData({ Namespace: "Shop", MetricData: Array.from({ length: 1001 }, () => one) }),
  ],
  noValue: [missing, put({ Value: undefined })],
  exclusiveValues: [combination, put({ Values: [1] })],
  countsOfOtherLength: [value, put({ Value: undefined, Values: [1, 2], Counts: [1] })],
  tooManyValues: [value, put({ Value: undefined, Values: Array.from({ length: 151 }, () => 1) })],
  notANumber: [value, put({ Value: NaN })],
  unit: [value, put({ Unit: "Bananas" as StandardUnit })],
  storageResolution: [value, put({ StorageResolution: 59 })],
  tooManyDimensions: [
    value,
    put({ Dimensions: Array.from({ length: 31 }, (_, index) => ({ Name: `d${index}`, Value: "x" })) }),
  ],
  emptyName: [value, put({ Dimensions: [{ Name: "", Value: "x" }] })],
  timestampTooEarly: [value, put({ Timestamp: hoursFromNow(-15 * 24) })],
  timestampTooLate: [value, put({ Timestamp: hoursFromNow(3) })],

  period: [value, statistics({ Period: 90 })],
  statistic: [value, statistics({ Statistics: ["Mean" as Statistic] })],
  noStatistic: [missing, statistics({ Statistics: [] })],
  endBeforeStart: [combination, statistics({ EndTime: hoursFromNow(-2) })],
  tooManyRequested: [combination, statistics({ StartTime: hoursFromNow(-25) })],

  queryId: ["ValidationError", data({ Id: "A" })],
  queryIdTwice: ["ValidationError", data({}, {})],
  queryWithoutMetric: ["ValidationError", data({ MetricStat: undefined })],
  scanBy: [
    value,
    calls =>
      calls.GetMetricData({
        MetricDataQueries: [query],
        StartTime: hoursFromNow(-1),
        EndTime: hoursFromNow(0),
        ScanBy: "Sideways" as "TimestampAscending",
      }),
  ],

  listToken: [value, calls => calls.ListMetrics({ NextToken: "x" })],
  alarmToken: ["InvalidNextToken", calls => calls.DescribeAlarms({ NextToken: "x" })],
  alarmNamesAndPrefix: [
    combination,
    calls => calls.DescribeAlarms({ AlarmNames: ["a"], AlarmNamePrefix: "a" }),
  ],
  alarmWithoutMetric: [validation, alarm({ Namespace: undefined })],
  alarmWithoutStatistic: [missing, alarm({ Statistic: undefined })],
  alarmWithoutThreshold: [missing, alarm({ Threshold: undefined })],
  alarmPeriod: [validation, alarm({ Period: 90 })],
  datapointsToAlarm: [validation, alarm({ DatapointsToAlarm: 4 })],
  alarmSpan: [validation, alarm({ Period: 43_260, EvaluationPeriods: 2 })],
  treatMissingData: [validation, alarm({ TreatMissingData: "wrong" })],
  alarmActionArn: [validation, alarm({ AlarmActions: ["alarms"] })],
  alarmActionRegion: [validation, alarm({ OKActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"] })],
  alarmNotFound: ["ResourceNotFound", calls => calls.DeleteAlarms({ AlarmNames: ["other"] })],
  taggedNotFound: [
    "ResourceNotFoundException",
    calls =>
      calls.ListTagsForResource({ ResourceARN: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:other" }),
  ],
  invalidTag: [value, alarm({ Tags: [{ Key: "aws:a", Value: "" }] })],
  tooManyTags: [
    value,
    alarm({ Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "" })) }),
  ],
  alarmState: [value, calls => calls.DescribeAlarms({ StateValue: "FINE" as "OK" })],
};

test.each(Object.entries(cases))("%s", async (_name, [code, call]) => {
  const { region } = await openRegion();
  await expect(call(region.calls.cloudWatch, region)).rejects.toMatchObject({ code });
  expect(region.dashboards.size).toBe(0);
  expect(region.metricAlarms.size).toBe(0);
  expect(region.metrics.list(-Infinity)).toEqual([]);
});
