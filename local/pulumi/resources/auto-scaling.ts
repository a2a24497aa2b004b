/** Auto Scaling groups and their scaling policies. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { validationError } from "../../api/aws-error";
import type { AutoScaling } from "../../services/auto-scaling/auto-scaling";
import { groupMetrics } from "../../services/auto-scaling/group-metrics";
import { targetTrackingPolicy } from "../../services/auto-scaling/policy";
import { autoName } from "../auto-name";
import { handler, type Handlers } from "./handler";

const group = z.strictObject({
  minSize: z.int().min(0),
  maxSize: z.int().min(0),
  desiredCapacity: z.int().min(0),
  defaultInstanceWarmup: z.int().min(0),
  vpcZoneIdentifiers: z.array(z.string()).min(1),
  launchTemplate: z.strictObject({
    id: z.string(),
    // AWS also accepts "$Latest" and "$Default", but with those no refresh would ever start.
    version: z
      .string()
      .regex(/^[1-9]\d*$/, "must be a version number")
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

export function autoScalingHandlers(autoScaling: AutoScaling): Handlers {
  const settingsOf = (name: string, label: string, inputs: z.infer<typeof group>) => ({
    name,
    label,
    launchTemplate: inputs.launchTemplate,
    subnetIds: inputs.vpcZoneIdentifiers,
    targetGroupArns: inputs.targetGroupArns,
    minSize: inputs.minSize,
    maxSize: inputs.maxSize,
    warmupSeconds: inputs.defaultInstanceWarmup,
    healthCheckType: inputs.healthCheckType,
    healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriod,
    enabledMetrics: inputs.enabledMetrics,
    tags: inputs.tags,
  });
  return {
    "aws:autoscaling/group:Group": handler({
      inputs: group,
      create(label, inputs) {
        const name = autoName(label);
        const { settings } = autoScaling.createGroup(settingsOf(name, label, inputs), inputs.desiredCapacity);
        return { id: name, outputs: { name, arn: settings.arn } };
      },
      /** Like the provider, sends only what differs and starts a refresh without waiting for it. */
      update({ id, name: label, outputs, inputs: before }, inputs) {
        const { desiredCapacity } = inputs;
        const newCapacity = desiredCapacity === before.desiredCapacity ? undefined : desiredCapacity;
        autoScaling.updateGroup(settingsOf(id, label, inputs), newCapacity);
        if (!isDeepStrictEqual(inputs.launchTemplate, before.launchTemplate))
          autoScaling.groups.get(id)?.startInstanceRefresh(inputs.instanceRefresh.preferences);
        return outputs;
      },
      delete: ({ id }) => autoScaling.deleteGroup(id),
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
      create(_name, { name, autoscalingGroupName, targetTrackingConfiguration: { targetValue } }) {
        const scalingGroup = autoScaling.groups.get(autoscalingGroupName);
        if (!scalingGroup) throw validationError(`AutoScalingGroup name not found - ${autoscalingGroupName}`);
        scalingGroup.policies.set(name, targetTrackingPolicy(autoscalingGroupName, name, targetValue));
        return { id: name };
      },
      update({ outputs }, { name, autoscalingGroupName, targetTrackingConfiguration: { targetValue } }) {
        const policy = autoScaling.groups.get(autoscalingGroupName)?.policies.get(name);
        // The alarms keep their names and get a new threshold.
        if (policy) policy.targetValue = targetValue;
        return outputs;
      },
      delete: ({ inputs: { name, autoscalingGroupName } }) =>
        autoScaling.groups.get(autoscalingGroupName)?.policies.delete(name),
    }),
  };
}
