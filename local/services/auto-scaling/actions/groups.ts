/** Sources: Auto Scaling API Reference, "DescribeAutoScalingGroups" and "SetDesiredCapacity". */
import type { AutoScalingGroup as GroupDescription, Filter, Instance } from "@aws-sdk/client-auto-scaling";
import type { AutoScalingGroup } from "../group";
import { failedCheck, type GroupInstance } from "../instance";
import type { AutoScalingActionContext, AutoScalingActions } from "./context";
import { validationError } from "../../../api/aws-error";
import { assertAtLeast } from "../../../api/protocols/faults";
import { groupNamed, page } from "./common";

export const describeAutoScalingGroups: AutoScalingActions["DescribeAutoScalingGroups"] = {
  parameters: ["AutoScalingGroupNames", "Filters", "MaxRecords", "NextToken", "IncludeInstances"],
  handle(context, { AutoScalingGroupNames = [], Filters = [], IncludeInstances = true, ...paging }) {
    const predicates = Filters.map(predicateOf);
    const found = [...context.autoScaling.groups.values()]
      .filter(({ name }) => AutoScalingGroupNames.length === 0 || AutoScalingGroupNames.includes(name))
      .filter(group => predicates.every(matches => matches(group)));
    const { items, NextToken } = page(found, paging, 100);
    return {
      AutoScalingGroups: items.map(group => {
        const description = descriptionOf(context, group);
        return IncludeInstances ? description : { ...description, Instances: [] };
      }),
      NextToken,
    };
  },
};

/** Filters groups by their tags: `tag-key`, `tag-value`, `tag:KEY`, without wildcards ("Filter"). */
function predicateOf({ Name = "", Values = [] }: Filter): (group: AutoScalingGroup) => boolean {
  const [, key] = /^tag:(.+)$/s.exec(Name) ?? [];
  if (key === undefined && Name !== "tag-key" && Name !== "tag-value")
    throw validationError(
      `Filter type ${Name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`,
    );
  return ({ settings: { tags } }) =>
    tags.some(tag =>
      key === undefined
        ? Values.includes(Name === "tag-key" ? tag.key : tag.value)
        : tag.key === key && Values.includes(tag.value),
    );
}

function descriptionOf(context: AutoScalingActionContext, group: AutoScalingGroup): GroupDescription {
  const { availabilityZoneOf, wallClock } = context;
  const { settings, name: AutoScalingGroupName } = group;
  const zones = settings.subnetIds.flatMap(id => availabilityZoneOf(id) ?? []);
  return {
    AutoScalingGroupName,
    AutoScalingGroupARN: settings.arn,
    LaunchTemplate: launchTemplateOf(context, settings.launchTemplate),
    MinSize: settings.minSize,
    MaxSize: settings.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: [...new Set(zones)],
    LoadBalancerNames: [],
    TargetGroupARNs: settings.targetGroupArns,
    HealthCheckType: settings.healthCheckType,
    HealthCheckGracePeriod: settings.healthCheckGracePeriodSeconds,
    Instances: [...group.instances.values()].map(instance => instanceOf(context, group, instance)),
    CreatedTime: wallClock.show(group.createdAt),
    SuspendedProcesses: [],
    VPCZoneIdentifier: settings.subnetIds.join(","),
    EnabledMetrics: settings.enabledMetrics.map(Metric => ({ Metric, Granularity: "1Minute" })),
    Tags: settings.tags.map(({ key, value, propagateAtLaunch }) => ({
      ResourceId: AutoScalingGroupName,
      ResourceType: "auto-scaling-group",
      Key: key,
      Value: value,
      PropagateAtLaunch: propagateAtLaunch,
    })),
    TerminationPolicies: ["Default"],
    NewInstancesProtectedFromScaleIn: false,
    ServiceLinkedRoleARN: `arn:aws:iam::${settings.arn.split(":")[4] ?? ""}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    DefaultInstanceWarmup: settings.warmupSeconds,
    TrafficSources: settings.targetGroupArns.map(Identifier => ({ Identifier, Type: "elbv2" })),
  };
}

function launchTemplateOf(
  { launchTemplateNameOf }: AutoScalingActionContext,
  { id, version }: { id: string; version: number },
) {
  return { LaunchTemplateId: id, LaunchTemplateName: launchTemplateNameOf(id), Version: String(version) };
}

function instanceOf(
  context: AutoScalingActionContext,
  group: AutoScalingGroup,
  instance: GroupInstance,
): Instance {
  const { id } = group.settings.launchTemplate;
  const failed = failedCheck(instance, group.settings, context.now());
  return {
    InstanceId: instance.instanceId,
    InstanceType: context.instanceTypeOf(instance.instanceId),
    AvailabilityZone: instance.availabilityZone,
    LifecycleState: instance.lifecycleState,
    HealthStatus: failed === undefined && instance.lifecycleState !== "Terminating" ? "Healthy" : "Unhealthy",
    LaunchTemplate: launchTemplateOf(context, { id, version: instance.launchTemplateVersion }),
    ProtectedFromScaleIn: false,
  };
}

export const setDesiredCapacity: AutoScalingActions["SetDesiredCapacity"] = {
  // HonorCooldown has no effect: target tracking policies have no cooldown.
  parameters: ["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"],
  handle({ autoScaling }, { AutoScalingGroupName, DesiredCapacity = 0 }) {
    assertAtLeast(0, DesiredCapacity, "DesiredCapacity");
    groupNamed(autoScaling, AutoScalingGroupName).setDesiredCapacity(DesiredCapacity);
    return {};
  },
};
