import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { openRegion } from "../../../../testing/sample-resources";
import { alarmActions } from "./alarms";
import { MetricAlarms, type Alarm } from "../alarms";
import { MetricStore } from "../metrics";
import type { CloudWatchActionContext } from "./context";
import { WallClock } from "../../../api/wall-clock";
import { problemsOf } from "../dashboards";

const hour = 3_600_000;
const range = () => ({ StartTime: new Date(Date.now() - hour), EndTime: new Date(Date.now() + hour) });

test("dashboards are put, listed, read, replaced and deleted all or none", async () => {
  const { region } = await openRegion();
  const { cloudWatch } = region.calls;
  const body = JSON.stringify({ widgets: [{ type: "text", properties: { markdown: "grüße" } }] });
  for (const DashboardName of ["b", "a"])
    await cloudWatch.PutDashboard({ DashboardName, DashboardBody: body });
  await cloudWatch.PutDashboard({ DashboardName: "b", DashboardBody: '{"widgets":[]}' });
  const arn = "arn:aws:cloudwatch::123456789012:dashboard/a";
  expect(await cloudWatch.GetDashboard({ DashboardName: "a" })).toEqual({
    DashboardName: "a",
    DashboardArn: arn,
    DashboardBody: body,
  });
  const names = async () =>
    (await cloudWatch.ListDashboards({})).DashboardEntries.map(each => each.DashboardName);
  expect((await cloudWatch.ListDashboards({ DashboardNamePrefix: "a" })).DashboardEntries).toEqual([
    {
      DashboardName: "a",
      DashboardArn: arn,
      Size: Buffer.byteLength(body),
      LastModified: expect.any(Date) as Date,
    },
  ]);
  await expect(cloudWatch.DeleteDashboards({ DashboardNames: ["a", "c"] })).rejects.toThrow(
    "c does not exist",
  );
  expect(await names()).toEqual(["a", "b"]);
  await cloudWatch.DeleteDashboards({ DashboardNames: ["a"] });
  expect(await names()).toEqual(["b"]);
});

test.each<[string, string[] | undefined]>([
  ['{"widgets":[{"type":"metric","x":0,"y":0,"width":24,"height":6,"properties":{}}]}', []],
  ["[]", undefined],
  ["{}", [": Should have required property 'widgets'"]],
  ['{"widgets":{}}', ["/widgets: Should be array"]],
  ['{"widgets":[1]}', ["/widgets/0: Should be object"]],
  [
    '{"widgets":[{"type":"graph","properties":1,"width":25}]}',
    [
      "/widgets/0/type: Should be equal to one of the allowed values",
      "/widgets/0/properties: Should be object",
      "/widgets/0/width: Should be an integer from 1 to 24",
    ],
  ],
])("the dashboard %s has the problems %j", (body, problems) => {
  expect(problemsOf(body)?.map(({ dataPath, message }) => `${dataPath}: ${message}`)).toEqual(problems);
});

test("custom metrics are kept by dimensions and unit, listed and read", async () => {
  const { region, clock } = await openRegion();
  const { cloudWatch } = region.calls;
  const Dimensions = [
    { Name: "Shop", Value: "1" },
    { Name: "Kind", Value: "book" },
  ];
  const metric = { Namespace: "Shop", MetricName: "Orders", Dimensions };
  await cloudWatch.PutMetricData({
    Namespace: "Shop",
    MetricData: [
      { MetricName: "Orders", Dimensions, Value: 1, Unit: "Count" },
      { MetricName: "Orders", Dimensions, Values: [2, 3], Counts: [1, 2], Unit: "Count" },
      {
        MetricName: "Orders",
        Dimensions: [...Dimensions].reverse(),
        StatisticValues: { SampleCount: 2, Sum: 9, Minimum: 4, Maximum: 5 },
        Unit: "Count",
      },
      { MetricName: "Visits", Value: 7 },
    ],
  });
  const read = await cloudWatch.GetMetricStatistics({
    ...metric,
    ...range(),
    Period: 60,
    Statistics: ["Sum", "SampleCount", "Minimum", "Maximum", "Average"],
  });
  expect(read.Datapoints).toMatchObject([
    { Sum: 18, SampleCount: 6, Minimum: 1, Maximum: 5, Average: 3, Unit: "Count" },
  ]);

  const { Metrics } = await cloudWatch.ListMetrics({ Dimensions: [{ Name: "Kind" }] });
  expect(Metrics).toEqual([metric]);
  expect((await cloudWatch.ListMetrics({ Namespace: "Shop" })).Metrics).toHaveLength(2);
  clock.advance(4 * hour);
  expect((await cloudWatch.ListMetrics({ RecentlyActive: "PT3H" })).Metrics).toEqual([]);
});

test("GetMetricData answers each query that returns data, the latest datapoint first", async () => {
  const { region, clock } = await openRegion();
  const { cloudWatch } = region.calls;
  for (const Value of [1, 2]) {
    await cloudWatch.PutMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Orders", Value }] });
    clock.advance(60_000);
  }
  const MetricStat = { Metric: { Namespace: "Shop", MetricName: "Orders" }, Period: 60, Stat: "Maximum" };
  const ask = (ScanBy?: "TimestampAscending") =>
    cloudWatch.GetMetricData({
      MetricDataQueries: [
        { Id: "a", MetricStat },
        { Id: "b", MetricStat, ReturnData: false },
      ],
      ...range(),
      ScanBy,
    });
  expect((await ask()).MetricDataResults).toMatchObject([
    { Id: "a", Label: "Orders", Values: [2, 1], StatusCode: "Complete" },
  ]);
  expect((await ask("TimestampAscending")).MetricDataResults).toMatchObject([{ Values: [1, 2] }]);
});

describe("an alarm of one's own", () => {
  const orders = { Namespace: "Shop", MetricName: "Orders" };
  const topic = "arn:aws:sns:us-east-1:123456789012:alarms";
  const settings: PutMetricAlarmInput = {
    AlarmName: "few orders",
    ...orders,
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 5,
    ComparisonOperator: "LessThanThreshold",
    AlarmActions: [topic],
    Tags: [{ Key: "part", Value: "shop" }],
  };

  async function openAlarm(changes: Partial<PutMetricAlarmInput> = {}) {
    const { region, clock, events } = await openRegion();
    const { cloudWatch } = region.calls;
    await cloudWatch.PutMetricAlarm({ ...settings, ...changes });
    const describe = async () =>
      (await cloudWatch.DescribeAlarms({ AlarmNames: ["few orders"] })).MetricAlarms[0];
    /** Has so many orders in a minute; the alarm goes by them a minute later. */
    const minuteOf = async (Value?: number) => {
      if (Value !== undefined)
        await cloudWatch.PutMetricData({
          Namespace: orders.Namespace,
          MetricData: [{ MetricName: orders.MetricName, Value }],
        });
      clock.advance(60_000);
    };
    return { cloudWatch, events, describe, minuteOf };
  }

  test("is described as it was put", async () => {
    const { describe } = await openAlarm({
      AlarmDescription: "why",
      DatapointsToAlarm: 1,
      OKActions: [topic],
    });
    expect(await describe()).toMatchObject({
      AlarmArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:few orders",
      AlarmDescription: "why",
      ...orders,
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 1,
      Threshold: 5,
      ComparisonOperator: "LessThanThreshold",
      ActionsEnabled: true,
      AlarmActions: [topic],
      OKActions: [topic],
      InsufficientDataActions: [],
      StateValue: "INSUFFICIENT_DATA",
      StateReason: "Unchecked: Initial alarm creation",
    });
  });

  test("goes off by its metric, is over by it, and says so", async () => {
    const { describe, minuteOf, events } = await openAlarm();
    await minuteOf(9);
    await minuteOf(4);
    expect(await describe()).toMatchObject({ StateValue: "OK" });
    await minuteOf(3);
    await minuteOf(9);
    expect(await describe()).toMatchObject({
      StateValue: "ALARM",
      StateReason: "Threshold Crossed: 2 datapoints [4, 3] were less than the threshold (5).",
    });
    await minuteOf();
    expect(await describe()).toMatchObject({ StateValue: "OK" });
    expect(events.filter(event => event.startsWith("alarm "))).toEqual([
      "alarm few orders is ALARM: Threshold Crossed: 2 datapoints [4, 3] were less than the threshold (5).",
      "alarm few orders is OK: Threshold Crossed: 2 datapoints [3, 9] were not less than the threshold (5).",
    ]);
  });

  test("goes by periods of several minutes", async () => {
    const { describe, minuteOf } = await openAlarm({ Period: 120, EvaluationPeriods: 1 });
    await minuteOf(2);
    await minuteOf(2);
    await minuteOf();
    expect(await describe()).toMatchObject({ StateValue: "ALARM" });
    await minuteOf(9);
    await minuteOf();
    expect(await describe()).toMatchObject({ StateValue: "OK" });
  });

  test("treats missing data as it is told", async () => {
    const { describe, minuteOf } = await openAlarm({ TreatMissingData: "notBreaching" });
    await minuteOf();
    expect(await describe()).toMatchObject({ StateValue: "OK", TreatMissingData: "notBreaching" });
  });

  test("keeps its state and tags when it is changed, and is gone when it is deleted", async () => {
    const { cloudWatch, describe, minuteOf } = await openAlarm({ TreatMissingData: "notBreaching" });
    await minuteOf();
    await cloudWatch.PutMetricAlarm({ ...settings, Threshold: 7, Tags: [{ Key: "part", Value: "other" }] });
    expect(await describe()).toMatchObject({ StateValue: "OK", Threshold: 7 });
    const ResourceARN = (await describe())?.AlarmArn;
    const tags = async () => (await cloudWatch.ListTagsForResource({ ResourceARN })).Tags;
    expect(await tags()).toEqual([{ Key: "part", Value: "shop" }]);
    await cloudWatch.TagResource({ ResourceARN, Tags: [{ Key: "team", Value: "a" }] });
    await cloudWatch.UntagResource({ ResourceARN, TagKeys: ["part"] });
    expect(await tags()).toEqual([{ Key: "team", Value: "a" }]);
    await cloudWatch.DeleteAlarms({ AlarmNames: ["few orders"] });
    expect(await describe()).toBeUndefined();
  });
});

describe("alarms", () => {
  const dimensions = [{ name: "AutoScalingGroupName", value: "fleet" }];
  const alarm = (name: string, state: Alarm["state"]): Alarm => ({
    name,
    description: "DO NOT EDIT OR DELETE.",
    metric: { namespace: "AWS/EC2", name: "CPUUtilization", dimensions },
    statistic: "Average",
    periodSeconds: 60,
    evaluationPeriods: 3,
    threshold: 50,
    comparisonOperator: "GreaterThanThreshold",
    state,
    stateReason: "Threshold Crossed",
    stateUpdated: 0,
    configurationUpdated: 0,
    alarmActions: [`arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:${name}`],
  });
  const alarms = [alarm("high", "ALARM"), alarm("low", "OK")];
  const context = {
    policyAlarms: () => alarms,
    metricAlarms: new MetricAlarms(new MetricStore(), () => undefined),
    regionName: "us-east-1",
    wallClock: new WallClock({ now: () => 0 }),
  } as unknown as CloudWatchActionContext;
  const describeAlarms = (input: Parameters<typeof alarmActions.DescribeAlarms.handle>[1]) =>
    alarmActions.DescribeAlarms.handle(context, input).MetricAlarms.map(({ AlarmName }) => AlarmName);

  test.each([
    [{}, ["high", "low"]],
    [{ AlarmNames: ["low", "other"] }, ["low"]],
    [{ AlarmNamePrefix: "hi" }, ["high"]],
    [{ StateValue: "OK" as const }, ["low"]],
    [{ ActionPrefix: "arn:aws:autoscaling" }, ["high", "low"]],
    [{ ActionPrefix: "arn:aws:sns" }, []],
    [{ AlarmTypes: ["CompositeAlarm" as const] }, []],
    [{ MaxRecords: 1 }, ["high"]],
  ])("%j finds %j", (input, names) => {
    expect(describeAlarms(input)).toEqual(names);
  });

  test("are found by their metric", () => {
    const find = (Value: string) =>
      alarmActions.DescribeAlarmsForMetric.handle(context, {
        Namespace: "AWS/EC2",
        MetricName: "CPUUtilization",
        Dimensions: [{ Name: "AutoScalingGroupName", Value }],
      }).MetricAlarms;
    expect(find("fleet")).toMatchObject([
      {
        AlarmName: "high",
        AlarmArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:high",
        StateValue: "ALARM",
        Threshold: 50,
        Dimensions: [{ Name: "AutoScalingGroupName", Value: "fleet" }],
      },
      { AlarmName: "low" },
    ]);
    expect(find("other")).toEqual([]);
  });
});
