import { z } from "zod";
import { autoName } from "../auto-name";
import { required, resourceType, type ResourceTypes } from "./resource-type";

export const autoScalingTypes: ResourceTypes = {
  "aws:autoscaling/group:Group": resourceType({
    inputs: z.strictObject({
      name: z.string().optional(),
      minSize: z.int(),
      maxSize: z.int(),
      desiredCapacity: z.int().optional(),
      defaultCooldown: z.int().optional(),
      defaultInstanceWarmup: z.int().optional(),
      vpcZoneIdentifiers: z.array(z.string()).min(1),
      launchTemplate: z.strictObject({ id: z.string(), version: z.string().default("$Default") }),
      targetGroupArns: z.array(z.string()).default([]),
      healthCheckType: z.string().optional(),
      healthCheckGracePeriod: z.int().default(300),
      metricsGranularity: z.string().default("1Minute"),
      enabledMetrics: z.array(z.string()).default([]),
      terminationPolicies: z.array(z.string()).optional(),
      protectFromScaleIn: z.boolean().default(false),
      // Acted on when the launch template changes, which no creation does.
      instanceRefresh: z
        .strictObject({
          strategy: z.literal("Rolling"),
          preferences: z
            .strictObject({
              minHealthyPercentage: z.int().optional(),
              maxHealthyPercentage: z.int().optional(),
              instanceWarmup: z.string().optional(),
            })
            .optional(),
        })
        .optional(),
      tags: z
        .array(z.strictObject({ key: z.string(), value: z.string(), propagateAtLaunch: z.boolean() }))
        .default([]),
    }),
    async create({ autoScaling }, inputs, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      await autoScaling.CreateAutoScalingGroup({
        AutoScalingGroupName: name,
        MinSize: inputs.minSize,
        MaxSize: inputs.maxSize,
        DesiredCapacity: inputs.desiredCapacity,
        DefaultCooldown: inputs.defaultCooldown,
        DefaultInstanceWarmup: inputs.defaultInstanceWarmup,
        VPCZoneIdentifier: inputs.vpcZoneIdentifiers.join(","),
        LaunchTemplate: {
          LaunchTemplateId: inputs.launchTemplate.id,
          Version: inputs.launchTemplate.version,
        },
        ...(inputs.targetGroupArns.length > 0 && { TargetGroupARNs: inputs.targetGroupArns }),
        HealthCheckType: inputs.healthCheckType,
        HealthCheckGracePeriod: inputs.healthCheckGracePeriod,
        NewInstancesProtectedFromScaleIn: inputs.protectFromScaleIn,
        ...(inputs.terminationPolicies && { TerminationPolicies: inputs.terminationPolicies }),
        ...(inputs.tags.length > 0 && {
          Tags: inputs.tags.map(({ key, value, propagateAtLaunch }) => ({
            Key: key,
            Value: value,
            PropagateAtLaunch: propagateAtLaunch,
            ResourceId: name,
            ResourceType: "auto-scaling-group",
          })),
        }),
      });
      if (inputs.enabledMetrics.length > 0)
        await autoScaling.EnableMetricsCollection({
          AutoScalingGroupName: name,
          Granularity: inputs.metricsGranularity,
          Metrics: inputs.enabledMetrics,
        });
      const {
        AutoScalingGroups: [group],
      } = await autoScaling.DescribeAutoScalingGroups({
        AutoScalingGroupNames: [name],
      });
      return {
        id: name,
        outputs: { name, arn: required(group?.AutoScalingGroupARN, "AutoScalingGroupARN") },
      };
    },
  }),

  "aws:autoscaling/notification:Notification": resourceType({
    inputs: z.strictObject({
      groupNames: z.array(z.string()).min(1),
      notifications: z.array(z.string()).min(1),
      topicArn: z.string(),
    }),
    async create({ autoScaling }, { groupNames, notifications, topicArn }) {
      for (const AutoScalingGroupName of groupNames)
        await autoScaling.PutNotificationConfiguration({
          AutoScalingGroupName,
          TopicARN: topicArn,
          NotificationTypes: notifications,
        });
      return { id: topicArn };
    },
  }),

  "aws:autoscaling/policy:Policy": resourceType({
    inputs: z.strictObject({
      name: z.string().optional(),
      autoscalingGroupName: z.string(),
      policyType: z.string().default("SimpleScaling"),
      enabled: z.boolean().default(true),
      estimatedInstanceWarmup: z.int().optional(),
      targetTrackingConfiguration: z
        .strictObject({
          predefinedMetricSpecification: z.strictObject({ predefinedMetricType: z.string() }),
          targetValue: z.number(),
          disableScaleIn: z.boolean().default(false),
        })
        .optional(),
    }),
    async create({ autoScaling }, inputs, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      const tracking = inputs.targetTrackingConfiguration;
      const { PolicyARN } = await autoScaling.PutScalingPolicy({
        AutoScalingGroupName: inputs.autoscalingGroupName,
        PolicyName: name,
        PolicyType: inputs.policyType,
        Enabled: inputs.enabled,
        EstimatedInstanceWarmup: inputs.estimatedInstanceWarmup,
        ...(tracking && {
          TargetTrackingConfiguration: {
            PredefinedMetricSpecification: {
              PredefinedMetricType: tracking.predefinedMetricSpecification
                .predefinedMetricType as "ASGAverageCPUUtilization",
            },
            TargetValue: tracking.targetValue,
            DisableScaleIn: tracking.disableScaleIn,
          },
        }),
      });
      return { id: name, outputs: { name, arn: required(PolicyARN, "PolicyARN") } };
    },
  }),
};
