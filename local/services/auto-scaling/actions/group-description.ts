/** Sources: Auto Scaling API Reference, "DescribeAutoScalingGroups" and "DescribeAutoScalingInstances". */
import type {
  AutoScalingGroup as GroupDescription,
  Filter,
  Instance,
  LaunchTemplateSpecification,
} from "@aws-sdk/client-auto-scaling";
import { accountId } from "../../../identifiers";
import type { AutoScalingGroup } from "../group";
import type { GroupInstance } from "../instance";
import type { GroupLaunchTemplate } from "../instance-launcher";
import { refusals } from "../refusals";
import { page } from "./common";
import type { AutoScalingActionContext, AutoScalingActions } from "./context";
import { tagDescription } from "./tags";

export const groupDescriptionActions = {
  DescribeAutoScalingGroups: {
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
  },

  DescribeAutoScalingInstances: {
    parameters: ["InstanceIds", "MaxRecords", "NextToken"],
    handle(context, { InstanceIds = [], ...paging }) {
      const found = [...context.autoScaling.groups.values()].flatMap(group =>
        [...group.instances.values()]
          .filter(({ instanceId }) => InstanceIds.length === 0 || InstanceIds.includes(instanceId))
          .map(instance => ({ group, instance })),
      );
      const { items, NextToken } = page(found, paging, 50);
      return {
        AutoScalingInstances: items.map(({ group, instance }) => {
          const { HealthStatus, ...description } = instanceDescription(context, group, instance);
          // In capitals, other than in DescribeAutoScalingGroups.
          return {
            ...description,
            HealthStatus: HealthStatus.toUpperCase(),
            AutoScalingGroupName: group.name,
          };
        }),
        NextToken,
      };
    },
  },
} satisfies Partial<AutoScalingActions>;

/** Filters groups by their tags: `tag-key`, `tag-value`, `tag:KEY`, without wildcards ("Filter"). */
function predicateOf({ Name = "", Values = [] }: Filter): (group: AutoScalingGroup) => boolean {
  const [, key] = /^tag:(.+)$/s.exec(Name) ?? [];
  if (key === undefined && Name !== "tag-key" && Name !== "tag-value")
    throw refusals.filterType(Name, ["tag-key", "tag-value", "tag:<key>"]);
  return ({ settings: { tags } }) =>
    tags.some(tag =>
      key === undefined
        ? Values.includes(Name === "tag-key" ? tag.key : tag.value)
        : tag.key === key && Values.includes(tag.value),
    );
}

function descriptionOf(context: AutoScalingActionContext, group: AutoScalingGroup): GroupDescription {
  const { subnet, wallClock } = context;
  const { settings, name: AutoScalingGroupName } = group;
  const { inert = {} } = settings;
  const zones = settings.subnetIds.flatMap(id => subnet(id)?.availabilityZone ?? []);
  return {
    AutoScalingGroupName,
    AutoScalingGroupARN: settings.arn,
    LaunchTemplate: launchTemplateDescription(context, settings.launchTemplate),
    MinSize: settings.minSize,
    MaxSize: settings.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: settings.defaultCooldown,
    AvailabilityZones: [...new Set(zones)],
    LoadBalancerNames: [],
    TargetGroupARNs: settings.targetGroupArns,
    HealthCheckType: settings.healthCheckType,
    HealthCheckGracePeriod: settings.healthCheckGracePeriodSeconds,
    Instances: [...group.instances.values()].map(instance => instanceDescription(context, group, instance)),
    CreatedTime: wallClock.show(group.createdAt),
    SuspendedProcesses: [...group.suspendedProcesses].map(([ProcessName, since]) => ({
      ProcessName,
      SuspensionReason: `User suspended at ${wallClock.show(since).toISOString().slice(0, 19)}Z`,
    })),
    VPCZoneIdentifier: settings.byZones ? "" : settings.subnetIds.join(","),
    EnabledMetrics: settings.enabledMetrics.map(Metric => ({ Metric, Granularity: "1Minute" })),
    Status: group.isClosing ? "Delete in progress" : undefined,
    Tags: settings.tags.map(tag => tagDescription(AutoScalingGroupName, tag)),
    TerminationPolicies: [...settings.terminationPolicies],
    NewInstancesProtectedFromScaleIn: settings.newInstancesProtectedFromScaleIn,
    ServiceLinkedRoleARN: inert.serviceLinkedRoleArn ?? serviceLinkedRole,
    DefaultInstanceWarmup: settings.warmupSeconds,
    CapacityRebalance: inert.capacityRebalance,
    Context: inert.context,
    TrafficSources: settings.targetGroupArns.map(Identifier => ({ Identifier, Type: "elbv2" })),
    AvailabilityZoneDistribution: {
      CapacityDistributionStrategy: inert.capacityDistributionStrategy ?? "balanced-best-effort",
    },
  };
}

/** The role that Auto Scaling makes for itself in every account. */
const serviceLinkedRole = `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;

export function launchTemplateDescription(
  { launchTemplateNameOf }: AutoScalingActionContext,
  { id, version }: GroupLaunchTemplate,
): LaunchTemplateSpecification {
  return { LaunchTemplateId: id, LaunchTemplateName: launchTemplateNameOf(id), Version: String(version) };
}

function instanceDescription(
  context: AutoScalingActionContext,
  group: AutoScalingGroup,
  instance: GroupInstance,
): Instance &
  Record<"InstanceId" | "AvailabilityZone" | "LifecycleState" | "HealthStatus", string> & {
    ProtectedFromScaleIn: boolean;
  } {
  const { lifecycleState, launchTemplateId: id, launchTemplateVersion: version } = instance;
  const isHealthy = group.failedCheck(instance) === undefined && lifecycleState !== "Terminating";
  return {
    InstanceId: instance.instanceId,
    InstanceType: context.instanceTypeOf(instance.instanceId),
    AvailabilityZone: instance.availabilityZone,
    LifecycleState: lifecycleState,
    HealthStatus: isHealthy ? "Healthy" : "Unhealthy",
    LaunchTemplate: launchTemplateDescription(context, { id, version }),
    ProtectedFromScaleIn: instance.protectedFromScaleIn ?? false,
  };
}
