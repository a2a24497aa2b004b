import { openFleet } from "../../../../testing/fleet";

test("a group has the API's defaults and answers all that AWS always answers", async () => {
  const { createGroup, describeGroup, id } = await openFleet();
  await createGroup();
  expect(await describeGroup()).toEqual({
    AutoScalingGroupName: "fleet",
    AutoScalingGroupARN: expect.stringMatching(
      /^arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName\/fleet$/,
    ) as unknown,
    LaunchTemplate: {
      LaunchTemplateId: id("template"),
      LaunchTemplateName: expect.stringMatching(/^template-/) as unknown,
      Version: "1",
    },
    MinSize: 0,
    MaxSize: 3,
    DesiredCapacity: 0,
    DefaultCooldown: 300,
    AvailabilityZones: ["us-east-1a", "us-east-1b"],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: "EC2",
    HealthCheckGracePeriod: 0,
    Instances: [],
    CreatedTime: expect.any(Date) as unknown,
    SuspendedProcesses: [],
    VPCZoneIdentifier: `${id("subnet-1")},${id("subnet-2")}`,
    EnabledMetrics: [],
    Tags: [],
    TerminationPolicies: ["Default"],
    NewInstancesProtectedFromScaleIn: false,
    ServiceLinkedRoleARN:
      "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    TrafficSources: [],
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: "balanced-best-effort" },
  });
});

test("the tutorial's group launches an instance with its tags", async () => {
  const { createGroup, describeGroup, inService, region, autoScaling, id, targetGroupArn } =
    await openFleet();
  const [, template] = [...region.ec2.launchTemplates][0] ?? [];
  await createGroup({
    LaunchTemplate: { LaunchTemplateName: template?.name },
    DesiredCapacity: 1,
    DefaultInstanceWarmup: 300,
    TargetGroupARNs: [targetGroupArn],
    Tags: [
      { Key: "Name", Value: "worker", PropagateAtLaunch: true },
      { Key: "owner", Value: "me", PropagateAtLaunch: false },
    ],
  });
  const [instanceId = ""] = await inService(1);
  const described = await describeGroup();
  expect(described).toMatchObject({
    DesiredCapacity: 1,
    DefaultInstanceWarmup: 300,
    LaunchTemplate: { LaunchTemplateId: id("template"), Version: "$Default" },
    Instances: [
      {
        InstanceId: instanceId,
        InstanceType: "t3.micro",
        AvailabilityZone: "us-east-1a",
        LifecycleState: "InService",
        HealthStatus: "Healthy",
        LaunchTemplate: { LaunchTemplateId: id("template"), Version: "1" },
        ProtectedFromScaleIn: false,
      },
    ],
    TrafficSources: [{ Identifier: targetGroupArn, Type: "elbv2" }],
  });
  expect(region.ec2.instances.hosts.get(instanceId)?.options.name).toBe("worker");
  const tags = region.ec2.instances.records.get(instanceId)?.specification.tags;
  expect(tags).toMatchObject({ Name: "worker", "aws:autoscaling:groupName": "fleet" });
  expect(tags).not.toHaveProperty("owner");
  const { AutoScalingInstances } = await autoScaling.DescribeAutoScalingInstances({
    InstanceIds: [instanceId, "i-0123456789abcdef0"],
  });
  expect(AutoScalingInstances).toMatchObject([
    { InstanceId: instanceId, AutoScalingGroupName: "fleet", HealthStatus: "HEALTHY" },
  ]);
});

test("all that UpdateAutoScalingGroup can change is answered, and what is left out stays", async () => {
  const { createGroup, describeGroup, autoScaling, id } = await openFleet();
  await createGroup({ Tags: [{ Key: "a", Value: "b", PropagateAtLaunch: true }] });
  const before = await describeGroup();
  await autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName: "fleet" });
  expect({ ...(await describeGroup()), CreatedTime: undefined }).toEqual({
    ...before,
    CreatedTime: undefined,
  });
  const changes = {
    MaxSize: 5,
    DefaultCooldown: 10,
    HealthCheckType: "ELB",
    HealthCheckGracePeriod: 60,
    DefaultInstanceWarmup: 30,
    VPCZoneIdentifier: id("subnet-2"),
    TerminationPolicies: ["OldestInstance", "Default"],
    NewInstancesProtectedFromScaleIn: true,
    CapacityRebalance: true,
    Context: "mine",
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: "balanced-only" },
  } as const;
  await autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName: "fleet",
    LaunchTemplate: { LaunchTemplateId: id("template"), Version: "$Latest" },
    ...changes,
    TerminationPolicies: [...changes.TerminationPolicies],
  });
  const after = await describeGroup();
  expect(after).toMatchObject({
    ...changes,
    LaunchTemplate: { Version: "$Latest" },
    AvailabilityZones: ["us-east-1b"],
    Tags: [{ Key: "a" }],
  });
  await autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName: "fleet", DefaultInstanceWarmup: -1 });
  expect(await describeGroup()).toHaveProperty("DefaultInstanceWarmup", undefined);
});

test("a group is deleted once it is empty", async () => {
  const { createGroup, autoScaling, inService, group, describeGroup, region } = await openFleet();
  await createGroup({ DesiredCapacity: 1 });
  const [instanceId = ""] = await inService(1);
  const remove = () => autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName: "fleet" });
  await expect(remove()).rejects.toMatchObject({ code: "ResourceInUse" });
  await autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName: "fleet",
    MinSize: 0,
    MaxSize: 0,
    DesiredCapacity: 0,
  });
  await expect(remove()).rejects.toMatchObject({ code: "ScalingActivityInProgress" });
  await group().until(({ instances }) => !instances.has(instanceId));
  await remove();
  await region.autoScaling.deleteGroup("fleet");
  expect(await describeGroup()).toBeUndefined();
});

test("a forced deletion takes the instances along, and is visible meanwhile", async () => {
  const { createGroup, autoScaling, inService, describeGroup, region } = await openFleet();
  await createGroup({ DesiredCapacity: 1 });
  const [instanceId = ""] = await inService(1);
  await autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName: "fleet", ForceDelete: true });
  expect(await describeGroup()).toMatchObject({ Status: "Delete in progress" });
  await expect(
    autoScaling.SetDesiredCapacity({ AutoScalingGroupName: "fleet", DesiredCapacity: 1 }),
  ).rejects.toThrow("The AutoScaling group may not be modified while it is pending delete");
  await expect(createGroup()).rejects.toMatchObject({ code: "AlreadyExists" });
  await region.autoScaling.deleteGroup("fleet");
  expect(await describeGroup()).toBeUndefined();
  expect(region.ec2.instances.hosts.has(instanceId)).toBe(false);
});
