import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { AutoScalingGroup } from "../../services/auto-scaling/group";
import { groupMetrics } from "../../services/auto-scaling/group-metrics";
import { targetTrackingPolicy } from "../../services/auto-scaling/policy";
import type { GroupSettings } from "../../services/auto-scaling/settings";
import { groupContext } from "../../services/auto-scaling/instance-launcher";
import { accountId, autoName, resourceId } from "../../identifiers";
import { dataOf, type LaunchTemplateData } from "../../services/ec2/launch-template";
import type { Region } from "../../region";
import { tags } from "./vpc";
import { handler, type Handlers } from "./handler";
import { creditSpecification, metadataOptions } from "./instances";

const template = z.strictObject({
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
});

function dataIn(inputs: z.infer<typeof template>): LaunchTemplateData {
  const { imageId, instanceType, keyName, vpcSecurityGroupIds, monitoring, tagSpecifications } = inputs;
  return {
    imageId,
    instanceType,
    keyName,
    securityGroupIds: vpcSecurityGroupIds,
    detailedMonitoring: monitoring.enabled,
    tags: tagSpecifications.find(({ resourceType }) => resourceType === "instance")?.tags ?? {},
  };
}

/** Whether a template differs in what it launches, and not only in its own tags: then it gets a new version. */
function launchesOther(before: z.infer<typeof template>, now: z.infer<typeof template>): boolean {
  const launched = { tags: undefined, updateDefaultVersion: undefined };
  return !isDeepStrictEqual({ ...before, ...launched }, { ...now, ...launched });
}

const group = z.strictObject({
  minSize: z.int().min(0),
  maxSize: z.int().min(0),
  desiredCapacity: z.int().min(0),
  defaultInstanceWarmup: z.int().min(0),
  vpcZoneIdentifiers: z.array(z.string()).min(1),
  launchTemplate: z.strictObject({
    id: z.string(),
    // AWS also takes "$Latest" and "$Default", for which no refresh would ever start.
    version: z
      .string()
      .regex(/^[1-9]\d*$/, "must be a version's number")
      .transform(Number),
  }),
  targetGroupArns: z.array(z.string()),
  healthCheckType: z.enum(["EC2", "ELB"]),
  healthCheckGracePeriod: z.int().min(0),
  metricsGranularity: z.literal("1Minute"),
  enabledMetrics: z.array(z.enum(groupMetrics)),
  instanceRefresh: z.strictObject({
    strategy: z.literal("Rolling"),
    preferences: z.strictObject({ minHealthyPercentage: z.int(), maxHealthyPercentage: z.int() }),
  }),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string(), propagateAtLaunch: z.boolean() })),
});

function settingsOf(
  region: Region,
  label: string,
  { name, arn }: { name: string; arn: string },
  inputs: z.infer<typeof group>,
): GroupSettings {
  const { minSize, maxSize, launchTemplate } = inputs;
  if (minSize > maxSize) {
    throw new Error(
      `ValidationError: Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`,
    );
  }
  for (const subnetId of inputs.vpcZoneIdentifiers) {
    if (!region.vpc.subnets.has(subnetId))
      throw new Error(`ValidationError: The subnet ID '${subnetId}' does not exist`);
  }
  dataOf(region.launchTemplates, launchTemplate);
  const [port = 80] = inputs.targetGroupArns.flatMap(arn => region.targetGroups.get(arn)?.port ?? []);
  return {
    name,
    arn,
    label,
    launchTemplate,
    subnetIds: inputs.vpcZoneIdentifiers,
    targetGroupArns: inputs.targetGroupArns,
    targetPort: port,
    minSize,
    maxSize,
    warmupSeconds: inputs.defaultInstanceWarmup,
    healthCheckType: inputs.healthCheckType,
    healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriod,
    enabledMetrics: inputs.enabledMetrics,
    tags: inputs.tags,
  };
}

export const autoScaling: Handlers = {
  "aws:ec2/launchTemplate:LaunchTemplate": handler({
    inputs: template,
    create({ region, name }, inputs) {
      const id = resourceId("lt");
      const templateName = autoName(name);
      const versions = new Map([[1, dataIn(inputs)]]);
      region.launchTemplates.set(id, { name: templateName, versions, defaultVersion: 1 });
      return { id, outputs: { name: templateName, latestVersion: 1, defaultVersion: 1 } };
    },
    update({ region, id, inputs: before, outputs }, inputs) {
      const known = region.launchTemplates.get(id);
      if (!known || !launchesOther(before, inputs)) return outputs;
      const latestVersion = known.versions.size + 1;
      known.versions.set(latestVersion, dataIn(inputs));
      if (inputs.updateDefaultVersion === true) known.defaultVersion = latestVersion;
      return { ...outputs, latestVersion, defaultVersion: known.defaultVersion };
    },
    delete({ region, id }) {
      region.launchTemplates.delete(id);
    },
  }),

  "aws:autoscaling/group:Group": handler({
    inputs: group,
    create({ region, name }, inputs) {
      const groupName = autoName(name);
      const arn =
        `arn:aws:autoscaling:${region.name}:${accountId}:autoScalingGroup:${randomUUID()}` +
        `:autoScalingGroupName/${groupName}`;
      const settings = settingsOf(region, name, { name: groupName, arn }, inputs);
      const { minSize, maxSize, desiredCapacity } = inputs;
      if (desiredCapacity < minSize || desiredCapacity > maxSize) {
        throw new Error(
          `ValidationError: Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
        );
      }
      const created = new AutoScalingGroup(groupContext(region), settings, desiredCapacity);
      region.autoScalingGroups.set(groupName, created);
      return { id: groupName, outputs: { name: groupName, arn } };
    },
    /** As the provider does it: only what differs is sent, and a refresh is started, not waited for. */
    update({ region, id, name, outputs, inputs: before }, inputs) {
      const existing = region.autoScalingGroups.get(id);
      const isNewCapacity = inputs.desiredCapacity !== before.desiredCapacity;
      existing?.configure(
        settingsOf(region, name, { name: id, arn: String(outputs["arn"]) }, inputs),
        isNewCapacity ? inputs.desiredCapacity : undefined,
      );
      if (!isDeepStrictEqual(inputs.launchTemplate, before.launchTemplate))
        existing?.startInstanceRefresh(inputs.instanceRefresh.preferences);
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
      assertJson(dashboardBody);
      return { id: dashboardName };
    },
    update({ outputs }, { dashboardBody }) {
      assertJson(dashboardBody);
      return outputs;
    },
    delete() {
      // Nobody draws it here.
    },
  }),
};

function assertJson(dashboardBody: string): void {
  try {
    JSON.parse(dashboardBody);
  } catch (error) {
    throw new Error(`InvalidParameterInput: The dashboard body is invalid: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
