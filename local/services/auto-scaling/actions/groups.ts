/** Sources: Auto Scaling API Reference, "DescribeAutoScalingGroups" and "SetDesiredCapacity". */
import type {
  AutoScalingGroup as GroupDescription,
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
  Filter,
  Instance,
  SetDesiredCapacityType,
} from "@aws-sdk/client-auto-scaling";
import type { AutoScalingGroup } from "../group";
import { failedCheck, type GroupInstance } from "../instance";
import type { Context } from "../../context";
import { AwsError } from "../../../api/aws-error";
import { failsConstraint } from "../../../api/protocols/faults";
import { action } from "../../../api/service";
import { groupNamed, page } from "./common";

export const describeAutoScalingGroups = action<Context, AutoScalingGroupNamesType, AutoScalingGroupsType>(
  ["AutoScalingGroupNames", "Filters", "MaxRecords", "NextToken", "IncludeInstances"],
  (context, { AutoScalingGroupNames = [], Filters = [], IncludeInstances = true, ...paging }) => {
    const predicates = Filters.map(predicateOf);
    const found = [...context.region.autoScalingGroups.values()]
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
);

/** Filters groups by their tags: `tag-key`, `tag-value`, `tag:KEY`, without wildcards ("Filter"). */
function predicateOf({ Name = "", Values = [] }: Filter): (group: AutoScalingGroup) => boolean {
  const [, key] = /^tag:(.+)$/s.exec(Name) ?? [];
  if (key === undefined && Name !== "tag-key" && Name !== "tag-value") {
    throw new AwsError(
      "ValidationError",
      `Filter type ${Name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`,
    );
  }
  return ({ settings: { tags } }) =>
    tags.some(tag =>
      key === undefined
        ? Values.includes(Name === "tag-key" ? tag.key : tag.value)
        : tag.key === key && Values.includes(tag.value),
    );
}

function descriptionOf({ region, vpc, wallClock }: Context, group: AutoScalingGroup): GroupDescription {
  const { settings: settings, name: AutoScalingGroupName } = group;
  const zones = settings.subnetIds.flatMap(id => vpc.subnets.get(id)?.availabilityZone ?? []);
  return {
    AutoScalingGroupName,
    AutoScalingGroupARN: settings.arn,
    LaunchTemplate: launchTemplateOf(region, settings.launchTemplate),
    MinSize: settings.minSize,
    MaxSize: settings.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: [...new Set(zones)],
    LoadBalancerNames: [],
    TargetGroupARNs: settings.targetGroupArns,
    HealthCheckType: settings.healthCheckType,
    HealthCheckGracePeriod: settings.healthCheckGracePeriodSeconds,
    Instances: [...group.instances.values()].map(instance => instanceOf(region, group, instance)),
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

function launchTemplateOf(region: Context["region"], { id, version }: { id: string; version: number }) {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: region.launchTemplates.get(id)?.name,
    Version: String(version),
  };
}

function instanceOf(region: Context["region"], group: AutoScalingGroup, instance: GroupInstance): Instance {
  const { launchTemplate } = group.settings;
  const failed = failedCheck(instance, group.settings, region.clock.now());
  return {
    InstanceId: instance.instanceId,
    InstanceType: region.instances.get(instance.instanceId)?.specification.instanceType,
    AvailabilityZone: instance.availabilityZone,
    LifecycleState: instance.lifecycleState,
    HealthStatus: failed === undefined && instance.lifecycleState !== "Terminating" ? "Healthy" : "Unhealthy",
    LaunchTemplate: launchTemplateOf(region, {
      id: launchTemplate.id,
      version: instance.launchTemplateVersion,
    }),
    ProtectedFromScaleIn: false,
  };
}

export const setDesiredCapacity = action<Context, SetDesiredCapacityType, object>(
  // HonorCooldown has no effect: target tracking policies have no cooldown.
  ["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"],
  ({ region }, { AutoScalingGroupName, DesiredCapacity = 0 }) => {
    if (!Number.isInteger(DesiredCapacity) || DesiredCapacity < 0) {
      throw failsConstraint(
        String(DesiredCapacity),
        "DesiredCapacity",
        "Member must have value greater than or equal to 0",
      );
    }
    const group = groupNamed(region, AutoScalingGroupName);
    refusing(() => {
      group.setDesiredCapacity(DesiredCapacity);
    });
    return {};
  },
);

/** Turns the group's refusals into AWS's errors. */
export function refusing<Result>(change: () => Result): Result {
  try {
    return change();
  } catch (error) {
    if (error instanceof RangeError) throw new AwsError("ValidationError", error.message);
    throw error;
  }
}
