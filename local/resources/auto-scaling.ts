import { z } from "zod";
import { AutoScalingGroup, targetTrackingPolicy, type GroupSettings } from "../auto-scaling/group";
import { accountId, autoName, resourceId } from "../identifiers";
import type { Region } from "../region";
import { tags } from "./ec2-network";
import { handler, type Handlers } from "./handler";
import { creditSpecification, metadataOptions } from "./instances";

const group = z.strictObject({
  minSize: z.int().min(0),
  maxSize: z.int().min(0),
  desiredCapacity: z.int().min(0),
  defaultInstanceWarmup: z.int().min(0),
  vpcZoneIdentifiers: z.array(z.string()).min(1),
  launchTemplate: z.strictObject({ id: z.string(), version: z.string() }),
  targetGroupArns: z.array(z.string()),
  healthCheckType: z.enum(["EC2", "ELB"]),
  healthCheckGracePeriod: z.int().min(0),
  metricsGranularity: z.literal("1Minute"),
  enabledMetrics: z.array(z.string()),
  instanceRefresh: z.strictObject({
    strategy: z.literal("Rolling"),
    preferences: z.strictObject({ minHealthyPercentage: z.int(), maxHealthyPercentage: z.int() }),
  }),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string(), propagateAtLaunch: z.boolean() })),
});

function settingsOf(
  region: Region,
  label: string,
  name: string,
  inputs: z.infer<typeof group>,
): GroupSettings {
  const [port = 80] = inputs.targetGroupArns.flatMap(arn => region.targetGroups.get(arn)?.port ?? []);
  return {
    name,
    label,
    template: () => {
      const template = region.launchTemplates.get(inputs.launchTemplate.id);
      if (!template) throw new Error(`InvalidLaunchTemplateId.NotFound: ${inputs.launchTemplate.id}`);
      return template;
    },
    subnetIds: inputs.vpcZoneIdentifiers,
    targetGroupArns: inputs.targetGroupArns,
    targetPort: port,
    minSize: inputs.minSize,
    maxSize: inputs.maxSize,
    warmupSeconds: inputs.defaultInstanceWarmup,
    healthCheckType: inputs.healthCheckType,
    healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriod,
  };
}

export const autoScaling: Handlers = {
  "aws:ec2/launchTemplate:LaunchTemplate": handler({
    inputs: z.strictObject({
      imageId: z.string(),
      instanceType: z.string(),
      keyName: z.string().optional(),
      vpcSecurityGroupIds: z.array(z.string()),
      metadataOptions,
      creditSpecification,
      monitoring: z.strictObject({ enabled: z.boolean() }),
      tagSpecifications: z.array(z.strictObject({ resourceType: z.string(), tags })),
      updateDefaultVersion: z.boolean().optional(),
      tags,
    }),
    create({ region, name }, { imageId, instanceType, keyName, vpcSecurityGroupIds: securityGroupIds }) {
      const id = resourceId("lt");
      const specification = { imageId, instanceType, keyName, securityGroupIds };
      region.launchTemplates.set(id, { specification, version: 1 });
      return { id, outputs: { name: autoName(name), latestVersion: 1, defaultVersion: 1 } };
    },
    delete({ region, id }) {
      region.launchTemplates.delete(id);
    },
  }),

  "aws:autoscaling/group:Group": handler({
    inputs: group,
    create({ region, name }, inputs) {
      const groupName = autoName(name);
      const created = new AutoScalingGroup(
        region,
        settingsOf(region, name, groupName, inputs),
        inputs.desiredCapacity,
      );
      region.autoScalingGroups.set(groupName, created);
      const arn = `arn:aws:autoscaling:${region.name}:${accountId}:autoScalingGroup:${groupName}`;
      return { id: groupName, outputs: { name: groupName, arn } };
    },
    update({ region, id, name, outputs }, inputs) {
      region.autoScalingGroups.get(id)?.configure(settingsOf(region, name, id, inputs));
      return outputs;
    },
    async delete({ region, id }) {
      await region.autoScalingGroups.get(id)?.close();
      region.autoScalingGroups.delete(id);
    },
  }),

  "aws:autoscaling/policy:Policy": handler({
    inputs: z.strictObject({
      name: z.string(),
      autoscalingGroupName: z.string(),
      policyType: z.literal("TargetTrackingScaling"),
      targetTrackingConfiguration: z.strictObject({
        predefinedMetricSpecification: z.strictObject({
          predefinedMetricType: z.literal("ASGAverageCPUUtilization"),
        }),
        targetValue: z.number().positive(),
      }),
    }),
    create({ region }, { name, autoscalingGroupName, targetTrackingConfiguration: { targetValue } }) {
      const group = region.autoScalingGroups.get(autoscalingGroupName);
      if (!group)
        throw new Error(`ValidationError: AutoScalingGroup name not found - ${autoscalingGroupName}`);
      group.policies.set(name, targetTrackingPolicy(autoscalingGroupName, name, targetValue));
      return { id: name };
    },
    update(
      { region, outputs },
      { name, autoscalingGroupName, targetTrackingConfiguration: { targetValue } },
    ) {
      const policy = region.autoScalingGroups.get(autoscalingGroupName)?.policies.get(name);
      // Its alarms stay, and get the new threshold.
      if (policy) policy.targetValue = targetValue;
      return outputs;
    },
    delete({ region, inputs: { name, autoscalingGroupName } }) {
      region.autoScalingGroups.get(autoscalingGroupName)?.policies.delete(name);
    },
  }),

  "aws:cloudwatch/dashboard:Dashboard": handler({
    inputs: z.strictObject({ dashboardName: z.string(), dashboardBody: z.string() }),
    create(_context, { dashboardName, dashboardBody }) {
      JSON.parse(dashboardBody);
      return { id: dashboardName };
    },
    update({ outputs }, { dashboardBody }) {
      JSON.parse(dashboardBody);
      return outputs;
    },
    delete() {
      // Nobody draws it here.
    },
  }),
};
