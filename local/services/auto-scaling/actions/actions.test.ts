/** What the actions other than a group's own change and answer. */
import { openFleet } from "../../../../testing/fleet";

const AutoScalingGroupName = "fleet";
const named = { AutoScalingGroupName };

const trackingPolicy = (TargetValue: number) => ({
  ...named,
  PolicyName: "cpu",
  PolicyType: "TargetTrackingScaling",
  // As the AWS provider sends them where none is declared.
  Cooldown: 0,
  EstimatedInstanceWarmup: 0,
  TargetTrackingConfiguration: {
    PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" as const },
    TargetValue,
    DisableScaleIn: false,
  },
});

describe("policies", () => {
  test("are put, described with their alarms, changed and deleted", async () => {
    const { createGroup, autoScaling, region, clock } = await openFleet();
    await createGroup();
    const { PolicyARN, Alarms } = await autoScaling.PutScalingPolicy(trackingPolicy(50));
    const names = Alarms.map(({ AlarmName }) => AlarmName);
    expect(names).toEqual([
      expect.stringMatching(/^TargetTracking-fleet-AlarmHigh-[0-9a-f-]{36}$/),
      expect.stringMatching(/^TargetTracking-fleet-AlarmLow-[0-9a-f-]{36}$/),
    ]);
    const describe = async () => (await autoScaling.DescribePolicies(named)).ScalingPolicies;
    expect(await describe()).toEqual([
      {
        AutoScalingGroupName: "fleet",
        PolicyName: "cpu",
        PolicyARN,
        PolicyType: "TargetTrackingScaling",
        StepAdjustments: [],
        EstimatedInstanceWarmup: 0,
        TargetTrackingConfiguration: trackingPolicy(50).TargetTrackingConfiguration,
        Enabled: true,
        Alarms,
      },
    ]);
    clock.advance(60_000);
    await autoScaling.PutScalingPolicy({ ...trackingPolicy(60), Enabled: false });
    expect(await describe()).toMatchObject([
      { PolicyARN, Alarms, Enabled: false, TargetTrackingConfiguration: { TargetValue: 60 } },
    ]);
    expect(region.autoScaling.alarms()).toMatchObject([
      {
        name: names[0],
        metric: { namespace: "AWS/EC2", name: "CPUUtilization", dimensions: [{ value: "fleet" }] },
        comparisonOperator: "GreaterThanThreshold",
        threshold: 60,
        evaluationPeriods: 3,
        state: "INSUFFICIENT_DATA",
        stateReason: "Unchecked: Initial alarm creation",
        stateUpdated: 0,
        configurationUpdated: 60_000,
        alarmActions: [PolicyARN],
      },
      { name: names[1], comparisonOperator: "LessThanThreshold", threshold: 42, evaluationPeriods: 15 },
    ]);
    await autoScaling.DeletePolicy({ PolicyName: PolicyARN });
    expect(await describe()).toEqual([]);
    expect(region.autoScaling.alarms()).toEqual([]);
  });
});

describe("tags", () => {
  test("are added, replaced, filtered and deleted", async () => {
    const { createGroup, autoScaling, describeGroup } = await openFleet();
    await createGroup({ Tags: [{ Key: "a", Value: "1", PropagateAtLaunch: true }] });
    const tag = (Key: string, Value?: string) => ({
      ResourceId: "fleet",
      ResourceType: "auto-scaling-group",
      Key,
      Value,
      PropagateAtLaunch: false,
    });
    await autoScaling.CreateOrUpdateTags({ Tags: [tag("a", "2"), tag("b", "3")] });
    expect((await describeGroup())?.Tags).toEqual([tag("a", "2"), tag("b", "3")]);
    const found = async (Name: string, ...Values: string[]) => {
      const { Tags } = await autoScaling.DescribeTags({ Filters: [{ Name, Values }] });
      return Tags.map(({ Key }) => Key);
    };
    expect(await found("key", "a")).toEqual(["a"]);
    expect(await found("value", "3")).toEqual(["b"]);
    expect(await found("auto-scaling-group", "fleet", "other")).toEqual(["a", "b"]);
    expect(await found("propagate-at-launch", "true")).toEqual([]);
    await autoScaling.DeleteTags({ Tags: [tag("a"), tag("b", "another")] });
    expect((await describeGroup())?.Tags).toEqual([tag("b", "3")]);
  });

  test("of an unknown group change nothing", async () => {
    const { createGroup, autoScaling, describeGroup } = await openFleet();
    await createGroup();
    const Tags = ["fleet", "other"].map(ResourceId => ({ ResourceId, Key: "a", Value: "1" }));
    await expect(autoScaling.CreateOrUpdateTags({ Tags })).rejects.toThrow(
      "AutoScalingGroup other not found",
    );
    expect((await describeGroup())?.Tags).toEqual([]);
  });
});

test("metrics are collected while they are enabled", async () => {
  const { createGroup, autoScaling, describeGroup, clock, region } = await openFleet();
  await createGroup();
  const Granularity = "1Minute";
  await autoScaling.EnableMetricsCollection({
    ...named,
    Granularity,
    Metrics: ["GroupMaxSize", "GroupMinSize"],
  });
  expect((await describeGroup())?.EnabledMetrics).toEqual([
    { Metric: "GroupMinSize", Granularity },
    { Metric: "GroupMaxSize", Granularity },
  ]);
  await autoScaling.DisableMetricsCollection({ ...named, Metrics: ["GroupMinSize"] });
  clock.advance(60_000);
  const measured = (name: string) => {
    const dimensions = [{ name: "AutoScalingGroupName", value: "fleet" }];
    return region.metrics.averages({ namespace: "AWS/AutoScaling", name, dimensions }, 1, 0);
  };
  expect([measured("GroupMaxSize"), measured("GroupMinSize")]).toEqual([[3], [undefined]]);
  await autoScaling.EnableMetricsCollection({ ...named, Granularity });
  expect((await describeGroup())?.EnabledMetrics).toHaveLength(20);
  await autoScaling.DisableMetricsCollection(named);
  expect((await describeGroup())?.EnabledMetrics).toEqual([]);
});

test("processes are suspended and resumed, all if none is named", async () => {
  const { createGroup, autoScaling, describeGroup } = await openFleet();
  await createGroup();
  await autoScaling.SuspendProcesses({ ...named, ScalingProcesses: ["Launch"] });
  expect((await describeGroup())?.SuspendedProcesses).toEqual([
    {
      ProcessName: "Launch",
      SuspensionReason: expect.stringMatching(/^User suspended at 20.*Z$/) as unknown,
    },
  ]);
  await autoScaling.SuspendProcesses(named);
  expect((await describeGroup())?.SuspendedProcesses).toHaveLength(9);
  await autoScaling.ResumeProcesses(named);
  expect((await describeGroup())?.SuspendedProcesses).toEqual([]);
});

test("instances are protected, declared unhealthy and terminated", async () => {
  const { createGroup, autoScaling, inService, group } = await openFleet();
  await createGroup({ DesiredCapacity: 2 });
  const [first = "", second = ""] = await inService(2);
  const describe = async () => (await autoScaling.DescribeAutoScalingInstances({})).AutoScalingInstances;
  await autoScaling.SetInstanceProtection({ ...named, InstanceIds: [first], ProtectedFromScaleIn: true });
  expect((await describe()).map(each => each.ProtectedFromScaleIn)).toEqual([true, false]);
  await autoScaling.SuspendProcesses({ ...named, ScalingProcesses: ["ReplaceUnhealthy"] });
  const health = { InstanceId: second, HealthStatus: "Unhealthy" };
  await autoScaling.SetInstanceHealth(health);
  expect((await describe()).map(each => each.HealthStatus)).toEqual(["HEALTHY", "UNHEALTHY"]);
  await autoScaling.SetInstanceHealth({ ...health, HealthStatus: "Healthy" });
  expect((await describe()).map(each => each.HealthStatus)).toEqual(["HEALTHY", "HEALTHY"]);
  const { Activity } = await autoScaling.TerminateInstanceInAutoScalingGroup({
    InstanceId: second,
    ShouldDecrementDesiredCapacity: true,
  });
  expect(Activity).toMatchObject({ AutoScalingGroupName: "fleet", StatusCode: "InProgress" });
  await group().until(({ instances }) => !instances.has(second));
  expect(await describe()).toMatchObject([{ InstanceId: first }]);
});

test("target groups are attached and detached, and instances move along", async () => {
  const { createGroup, autoScaling, inService, region, targetGroupArn } = await openFleet();
  await createGroup({ DesiredCapacity: 1 });
  const [instanceId = ""] = await inService(1);
  const targets = () =>
    region.elbv2.targetGroups
      .get(targetGroupArn)
      ?.group.describe()
      .map(({ target }) => target.id);
  const states = async () => {
    const { LoadBalancerTargetGroups } = await autoScaling.DescribeLoadBalancerTargetGroups(named);
    return LoadBalancerTargetGroups.map(({ State }) => State);
  };
  await autoScaling.AttachLoadBalancerTargetGroups({ ...named, TargetGroupARNs: [targetGroupArn] });
  // Without a load balancer, no target is ever healthy.
  expect([await states(), targets()]).toEqual([["Added"], [instanceId]]);
  const TrafficSources = [{ Identifier: targetGroupArn, Type: "elbv2" }];
  expect((await autoScaling.DescribeTrafficSources(named)).TrafficSources).toEqual([
    { ...TrafficSources[0], TrafficSource: targetGroupArn, State: "Added" },
  ]);
  await autoScaling.DetachTrafficSources({ ...named, TrafficSources });
  expect(await states()).not.toContain("Added");
  expect(region.elbv2.targetGroups.get(targetGroupArn)?.group.describe()).toMatchObject([
    { targetHealth: { state: "draining" } },
  ]);
  await autoScaling.AttachTrafficSources({ ...named, TrafficSources });
  expect(await states()).toEqual(["Added"]);
});

test("an instance refresh is started, described and cancelled", async () => {
  const { createGroup, autoScaling, inService, group, id } = await openFleet();
  await createGroup({ DesiredCapacity: 1, DefaultInstanceWarmup: 300 });
  await inService(1);
  const { InstanceRefreshId } = await autoScaling.StartInstanceRefresh({
    ...named,
    Strategy: "Rolling",
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: id("template"), Version: "$Latest" } },
    // As the AWS provider sends them.
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 200,
      AutoRollback: false,
      SkipMatching: false,
      ScaleInProtectedInstances: "Ignore",
      StandbyInstances: "Ignore",
    },
  });
  const describe = async () => (await autoScaling.DescribeInstanceRefreshes(named)).InstanceRefreshes;
  expect(await describe()).toMatchObject([
    {
      InstanceRefreshId,
      AutoScalingGroupName: "fleet",
      Status: "InProgress",
      PercentageComplete: 0,
      InstancesToUpdate: 1,
      Preferences: {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 200,
        ScaleInProtectedInstances: "Ignore",
      },
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: id("template"), Version: "$Latest" } },
    },
  ]);
  await inService(2);
  expect(await autoScaling.CancelInstanceRefresh(named)).toEqual({ InstanceRefreshId });
  await group().until(({ refreshes }) => refreshes.active === undefined);
  expect(await describe()).toMatchObject([
    { Status: "Cancelled", StatusReason: "Cancelled due to user request." },
  ]);
});

test("notifications are put, replaced by their topic, described and deleted", async () => {
  const { createGroup, autoScaling } = await openFleet();
  await createGroup();
  const TopicARN = "arn:aws:sns:us-east-1:123456789012:alarms";
  const [launch = "", error = ""] = (await autoScaling.DescribeAutoScalingNotificationTypes({}))
    .AutoScalingNotificationTypes;
  const put = (...NotificationTypes: string[]) =>
    autoScaling.PutNotificationConfiguration({ ...named, TopicARN, NotificationTypes });
  const described = async (...AutoScalingGroupNames: string[]) =>
    (await autoScaling.DescribeNotificationConfigurations({ AutoScalingGroupNames }))
      .NotificationConfigurations;
  await put(launch);
  await put(launch, error);
  expect(await described("fleet")).toEqual(
    [launch, error].map(NotificationType => ({ ...named, TopicARN, NotificationType })),
  );
  expect(await described("other")).toEqual([]);
  await autoScaling.DeleteNotificationConfiguration({ ...named, TopicARN });
  expect(await described()).toEqual([]);
});

test("what an account without them has is empty or the API's own", async () => {
  const { createGroup, autoScaling } = await openFleet();
  await createGroup();
  expect([
    await autoScaling.DescribeLifecycleHooks(named),
    await autoScaling.DescribeNotificationConfigurations({ AutoScalingGroupNames: ["fleet"] }),
    await autoScaling.DescribeScheduledActions(named),
    await autoScaling.DescribeWarmPool(named),
    await autoScaling.DescribeLoadBalancers(named),
    await autoScaling.DescribeLaunchConfigurations({}),
  ]).toEqual([
    { LifecycleHooks: [] },
    { NotificationConfigurations: [] },
    { ScheduledUpdateGroupActions: [] },
    { Instances: [] },
    { LoadBalancers: [] },
    { LaunchConfigurations: [] },
  ]);
  expect(await autoScaling.DescribeAccountLimits({})).toMatchObject({ NumberOfAutoScalingGroups: 1 });
  expect(await autoScaling.DescribeTerminationPolicyTypes({})).toMatchObject({
    TerminationPolicyTypes: expect.arrayContaining(["Default"]) as unknown,
  });
});
