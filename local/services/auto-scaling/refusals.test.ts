/** A call for each thing that Auto Scaling refuses: the compiler names a refusal that has none. */
import type {
  PutNotificationConfigurationType,
  PutScalingPolicyType,
  StartInstanceRefreshType,
} from "@aws-sdk/client-auto-scaling";
import { openFleet, type Fleet } from "../../../testing/fleet";
import type { Caller } from "../../api/caller";
import { autoScalingService } from "./actions";
import { refusals } from "./refusals";

/** The call that is refused, in a region with a group named "fleet" unless it makes its own, and its code. */
type Case = [code: string, call: (fleet: Fleet) => Promise<unknown>];

const AutoScalingGroupName = "fleet";
const unknownTargetGroup =
  "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/other/0123456789abcdef";
const named = { AutoScalingGroupName };

const validation = (call: Case[1]): Case => ["ValidationError", call];
const lacking = (call: Case[1]): Case => ["UnsupportedOperation", call];

/** An update of the group with this input, which is checked as CreateAutoScalingGroup checks it. */
const update = (input: Partial<Parameters<Fleet["autoScaling"]["UpdateAutoScalingGroup"]>[0]>): Case =>
  validation(({ autoScaling }) => autoScaling.UpdateAutoScalingGroup({ ...named, ...input }));

const create = (input: Parameters<Fleet["createGroup"]>[0]): Case =>
  validation(({ createGroup }) => createGroup({ AutoScalingGroupName: "other", ...input }));

const policy =
  (input: Partial<PutScalingPolicyType>): Case[1] =>
  ({ autoScaling }) =>
    autoScaling.PutScalingPolicy({ ...trackingPolicy, ...input });

const tracking = {
  PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
  TargetValue: 50,
} as const;

const trackingPolicy = {
  ...named,
  PolicyName: "cpu",
  PolicyType: "TargetTrackingScaling",
  TargetTrackingConfiguration: tracking,
};

const refresh =
  (input: Partial<StartInstanceRefreshType>): Case[1] =>
  ({ autoScaling }) =>
    autoScaling.StartInstanceRefresh({ ...named, ...input });

const topic = "arn:aws:sns:us-east-1:123456789012:alarms";

const notification =
  (input: Partial<PutNotificationConfigurationType>): Case[1] =>
  ({ autoScaling }) =>
    autoScaling.PutNotificationConfiguration({
      ...named,
      TopicARN: topic,
      NotificationTypes: ["autoscaling:EC2_INSTANCE_LAUNCH"],
      ...input,
    });

/** A group with one instance in service. */
async function withInstance({ autoScaling, inService }: Fleet): Promise<string> {
  await autoScaling.SetDesiredCapacity({ ...named, DesiredCapacity: 1 });
  const [instanceId = ""] = await inService(1);
  return instanceId;
}

const cases: Record<keyof typeof refusals, Case> = {
  groupNotFound: validation(({ autoScaling }) =>
    autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName: "other" }),
  ),
  groupExists: ["AlreadyExists", ({ createGroup }) => createGroup()],
  groupPendingDelete: [
    "AlreadyExists",
    async ({ autoScaling, createGroup }) => {
      await autoScaling.DeleteAutoScalingGroup(named);
      return createGroup();
    },
  ],
  modifiedWhilePendingDelete: validation(async ({ autoScaling }) => {
    await autoScaling.DeleteAutoScalingGroup(named);
    return autoScaling.UpdateAutoScalingGroup(named);
  }),
  groupHasInstances: [
    "ResourceInUse",
    async fleet => {
      await withInstance(fleet);
      return fleet.autoScaling.DeleteAutoScalingGroup(named);
    },
  ],
  groupHasActivities: [
    "ScalingActivityInProgress",
    async fleet => {
      await withInstance(fleet);
      await fleet.autoScaling.SetDesiredCapacity({ ...named, DesiredCapacity: 0 });
      return fleet.autoScaling.DeleteAutoScalingGroup(named);
    },
  ],
  nameHasColon: create({ AutoScalingGroupName: "a:b" }),
  minAboveMax: update({ MinSize: 4 }),
  desiredOutOfBounds: update({ DesiredCapacity: 4 }),
  capacityBelowMin: validation(async ({ autoScaling }) => {
    await autoScaling.UpdateAutoScalingGroup({ ...named, MinSize: 1 });
    return autoScaling.SetDesiredCapacity({ ...named, DesiredCapacity: 0 });
  }),
  capacityAboveMax: validation(({ autoScaling }) =>
    autoScaling.SetDesiredCapacity({ ...named, DesiredCapacity: 4 }),
  ),
  decrementBelowMin: validation(async fleet => {
    const InstanceId = await withInstance(fleet);
    await fleet.autoScaling.UpdateAutoScalingGroup({ ...named, MinSize: 1 });
    return fleet.autoScaling.TerminateInstanceInAutoScalingGroup({
      InstanceId,
      ShouldDecrementDesiredCapacity: true,
    });
  }),
  noLaunchTemplate: create({ LaunchTemplate: undefined }),
  launchTemplateIdOrName: update({ LaunchTemplate: { Version: "1" } }),
  launchTemplateVersion: update({ LaunchTemplate: { LaunchTemplateName: "template", Version: "latest" } }),
  launchTemplate: update({ LaunchTemplate: { LaunchTemplateId: "lt-0123456789abcdef0" } }),
  noZoneOrSubnet: create({ VPCZoneIdentifier: undefined }),
  unknownSubnet: update({ VPCZoneIdentifier: "subnet-0123456789abcdef0" }),
  zonesDoNotMatch: validation(({ autoScaling, id }) =>
    autoScaling.UpdateAutoScalingGroup({
      ...named,
      VPCZoneIdentifier: id("subnet-1"),
      AvailabilityZones: ["us-east-1b"],
    }),
  ),
  noDefaultSubnet: update({ AvailabilityZones: ["us-east-1z"] }),
  subnetsOfManyVpcs: validation(async ({ autoScaling, resources, id, region }) => {
    const { Vpc } = await region.calls.ec2.CreateVpc({ CidrBlock: "10.1.0.0/16" });
    const inputs = {
      vpcId: Vpc.VpcId,
      cidrBlock: "10.1.1.0/24",
      availabilityZone: "us-east-1b",
      mapPublicIpOnLaunch: true,
      tags: {},
    };
    const other = await resources.create({ type: "aws:ec2/subnet:Subnet", name: "other", inputs });
    const VPCZoneIdentifier = `${id("subnet-1")},${other.id}`;
    return autoScaling.UpdateAutoScalingGroup({ ...named, VPCZoneIdentifier });
  }),
  healthCheckType: update({ HealthCheckType: "EBS" }),
  terminationPolicy: update({ TerminationPolicies: ["AllocationStrategy"] }),
  capacityDistribution: update({
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: "reservations-then-balanced" },
  }),
  unknownTargetGroups: create({ TargetGroupARNs: [unknownTargetGroup] }),
  targetGroupNotAttached: validation(({ autoScaling, targetGroupArn }) =>
    autoScaling.DetachLoadBalancerTargetGroups({ ...named, TargetGroupARNs: [targetGroupArn] }),
  ),
  trafficSourceType: lacking(({ autoScaling }) =>
    autoScaling.AttachTrafficSources({
      ...named,
      TrafficSources: [{ Identifier: "a", Type: "vpc-lattice" }],
    }),
  ),
  instanceNotFound: validation(({ autoScaling }) =>
    autoScaling.SetInstanceHealth({ InstanceId: "i-0123456789abcdef0", HealthStatus: "Healthy" }),
  ),
  instanceOfOtherGroup: validation(({ autoScaling }) =>
    autoScaling.SetInstanceProtection({ ...named, InstanceIds: ["i-1"], ProtectedFromScaleIn: true }),
  ),
  instanceNotInService: validation(async ({ autoScaling, group }) => {
    await autoScaling.SetDesiredCapacity({ ...named, DesiredCapacity: 1 });
    const InstanceIds = [...group().instances.keys()];
    return autoScaling.SetInstanceProtection({ ...named, InstanceIds, ProtectedFromScaleIn: true });
  }),
  healthStatus: validation(({ autoScaling }) =>
    autoScaling.SetInstanceHealth({ InstanceId: "i-1", HealthStatus: "Ill" }),
  ),
  scalingProcess: validation(({ autoScaling }) =>
    autoScaling.SuspendProcesses({ ...named, ScalingProcesses: ["Launching"] }),
  ),
  metricName: validation(({ autoScaling }) =>
    autoScaling.EnableMetricsCollection({ ...named, Granularity: "1Minute", Metrics: ["GroupSize"] }),
  ),
  granularity: validation(({ autoScaling }) =>
    autoScaling.EnableMetricsCollection({ ...named, Granularity: "5Minutes" }),
  ),
  topic: validation(notification({ TopicARN: "arn:aws:sns:eu-west-1:123456789012:alarms" })),
  notificationType: validation(notification({ NotificationTypes: ["autoscaling:EC2_INSTANCE_REBOOT"] })),
  noNotificationType: validation(notification({ NotificationTypes: [] })),
  filterType: validation(({ autoScaling }) => autoScaling.DescribeTags({ Filters: [{ Name: "name" }] })),
  invalidNextToken: ["InvalidNextToken", ({ autoScaling }) => autoScaling.DescribeTags({ NextToken: "x" })],
  tagResourceType: create({ Tags: [{ Key: "a", ResourceType: "instance" }] }),
  tagOfOtherGroup: create({ Tags: [{ Key: "a", ResourceId: "fleet" }] }),
  tagKeyReserved: create({ Tags: [{ Key: "aws:a" }] }),
  tagKeyTwice: create({ Tags: [{ Key: "a" }, { Key: "a" }] }),
  policyNotFound: validation(({ autoScaling }) => autoScaling.DeletePolicy({ ...named, PolicyName: "cpu" })),
  policyType: lacking(policy({ PolicyType: "StepScaling" })),
  policyMetric: lacking(
    policy({
      TargetTrackingConfiguration: {
        ...tracking,
        PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageNetworkIn" },
      },
    }),
  ),
  noTrackingConfiguration: validation(policy({ TargetTrackingConfiguration: undefined })),
  noMetricSpecification: validation(policy({ TargetTrackingConfiguration: { TargetValue: 50 } })),
  resourceLabel: validation(
    policy({
      TargetTrackingConfiguration: {
        ...tracking,
        PredefinedMetricSpecification: { ...tracking.PredefinedMetricSpecification, ResourceLabel: "app/a" },
      },
    }),
  ),
  targetValue: validation(policy({ TargetTrackingConfiguration: { ...tracking, TargetValue: 0 } })),
  cooldownOfTargetTracking: validation(policy({ Cooldown: 60 })),
  refreshInProgress: [
    "InstanceRefreshInProgress",
    async fleet => {
      await withInstance(fleet);
      await fleet.autoScaling.StartInstanceRefresh(named);
      return fleet.autoScaling.StartInstanceRefresh(named);
    },
  ],
  noActiveRefresh: [
    "ActiveInstanceRefreshNotFound",
    ({ autoScaling }) => autoScaling.CancelInstanceRefresh(named),
  ],
  refreshNotFound: validation(({ autoScaling }) =>
    autoScaling.DescribeInstanceRefreshes({ ...named, InstanceRefreshIds: ["x"] }),
  ),
  maximumWithoutMinimum: validation(refresh({ Preferences: { MaxHealthyPercentage: 110 } })),
  healthyPercentages: validation(
    refresh({ Preferences: { MinHealthyPercentage: 90, MaxHealthyPercentage: 191 } }),
  ),
  strategy: lacking(refresh({ Strategy: "ReplaceRootVolume" })),
  autoRollback: lacking(refresh({ Preferences: { AutoRollback: true } })),
};

test.each(Object.entries(cases))("%s", async (_name, [code, call]) => {
  const fleet = await openFleet();
  await fleet.createGroup();
  const error = await call(fleet).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  // Otherwise a parameter that the action lacks would do for what is refused.
  expect((error as Error).message).not.toContain("does not support the parameter");
});

const outOfRange: Record<string, Case[1]> = {
  "a name of 256 characters": ({ createGroup }) => createGroup({ AutoScalingGroupName: "a".repeat(256) }),
  "a policy without name": policy({ PolicyName: "" }),
  "a negative MinSize": ({ autoScaling }) => autoScaling.UpdateAutoScalingGroup({ ...named, MinSize: -1 }),
  "a fraction as MaxSize": ({ autoScaling }) =>
    autoScaling.UpdateAutoScalingGroup({ ...named, MaxSize: 1.5 }),
  "a warm-up under -1": ({ autoScaling }) =>
    autoScaling.UpdateAutoScalingGroup({ ...named, DefaultInstanceWarmup: -2 }),
  "a negative grace period": ({ autoScaling }) =>
    autoScaling.UpdateAutoScalingGroup({ ...named, HealthCheckGracePeriod: -1 }),
  "a negative warm-up of a policy": policy({ EstimatedInstanceWarmup: -1 }),
  "101 % healthy at least": refresh({ Preferences: { MinHealthyPercentage: 101 } }),
  "99 % healthy at most": refresh({ Preferences: { MinHealthyPercentage: 50, MaxHealthyPercentage: 99 } }),
  "a tag without key": ({ autoScaling }) =>
    autoScaling.CreateOrUpdateTags({ Tags: [{ ResourceId: "fleet", Key: "" }] }),
  "a tag value of 257 characters": ({ autoScaling }) =>
    autoScaling.CreateOrUpdateTags({ Tags: [{ ResourceId: "fleet", Key: "a", Value: "a".repeat(257) }] }),
};

test.each(Object.entries(outOfRange))("%s", async (_name, call) => {
  const fleet = await openFleet();
  await fleet.createGroup();
  const before = await fleet.describeGroup();
  await expect(call(fleet)).rejects.toThrow("1 validation error detected: Value '");
  expect(await fleet.describeGroup()).toEqual({ ...before, CreatedTime: expect.any(Date) as unknown });
});

type Name = keyof Caller<typeof autoScalingService.actions>;

/** Actions that are told a group by its name, with what else they require. */
const ofGroups: Partial<Record<Name, object>> = {
  UpdateAutoScalingGroup: {},
  DeleteAutoScalingGroup: {},
  SetDesiredCapacity: { DesiredCapacity: 0 },
  SetInstanceProtection: { InstanceIds: [], ProtectedFromScaleIn: true },
  SuspendProcesses: {},
  ResumeProcesses: {},
  EnableMetricsCollection: { Granularity: "1Minute" },
  DisableMetricsCollection: {},
  AttachLoadBalancerTargetGroups: { TargetGroupARNs: [] },
  DetachLoadBalancerTargetGroups: { TargetGroupARNs: [] },
  DescribeLoadBalancerTargetGroups: {},
  AttachTrafficSources: { TrafficSources: [] },
  DetachTrafficSources: { TrafficSources: [] },
  DescribeTrafficSources: {},
  PutNotificationConfiguration: { TopicARN: topic, NotificationTypes: [] },
  DeleteNotificationConfiguration: { TopicARN: topic },
  PutScalingPolicy: trackingPolicy,
  DeletePolicy: { PolicyName: "cpu" },
  DescribePolicies: {},
  DescribeScalingActivities: {},
  StartInstanceRefresh: {},
  CancelInstanceRefresh: {},
  DescribeInstanceRefreshes: {},
  DescribeLifecycleHooks: {},
  DescribeScheduledActions: {},
  DescribeWarmPool: {},
  DescribeLoadBalancers: {},
};

test("every action on a group refuses an unknown one", async () => {
  const { autoScaling } = await openFleet();
  for (const [name, input] of Object.entries(ofGroups)) {
    const call = autoScaling[name as Name] as (input: object) => Promise<unknown>;
    await expect(call({ ...input, AutoScalingGroupName: "other" })).rejects.toThrow(
      "AutoScalingGroup name not found - AutoScalingGroup other not found",
    );
  }
  const told = Object.entries(autoScalingService.actions).flatMap(([name, { parameters }]) =>
    (parameters as readonly string[]).includes("AutoScalingGroupName") ? [name] : [],
  );
  expect(Object.keys(ofGroups).sort()).toEqual(told.filter(name => name !== "CreateAutoScalingGroup").sort());
});

test.each(["MixedInstancesPolicy", "LaunchConfigurationName", "InstanceId", "MaxInstanceLifetime"])(
  "the region says that it lacks %s",
  async parameter => {
    const { createGroup } = await openFleet();
    const value =
      parameter === "MixedInstancesPolicy" ? { InstancesDistribution: { SpotInstancePools: 1 } } : "x";
    await expect(createGroup({ [parameter]: value })).rejects.toThrow(
      `The local region does not support the parameter ${parameter}`,
    );
  },
);
