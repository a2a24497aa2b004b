/** Sources: Auto Scaling API Reference, "PutScalingPolicy", "DeletePolicy", "DescribePolicies". */
import type {
  PutScalingPolicyType,
  ScalingPolicy as PolicyDescription,
  TargetTrackingConfiguration,
} from "@aws-sdk/client-auto-scaling";
import type { AutoScalingGroup } from "../group";
import { policyArn, type ScalingPolicy } from "../policy";
import { alarmsOf } from "../policy-alarms";
import { refusals } from "../refusals";
import { assertInRange, assertLength, changeableGroup, groupsNamed, page } from "./common";
import type { AutoScalingActions } from "./context";

export const policyActions = {
  PutScalingPolicy: {
    parameters: [
      "AutoScalingGroupName",
      "PolicyName",
      "PolicyType",
      "EstimatedInstanceWarmup",
      "Enabled",
      "Cooldown",
      "TargetTrackingConfiguration.PredefinedMetricSpecification",
      "TargetTrackingConfiguration.TargetValue",
      "TargetTrackingConfiguration.DisableScaleIn",
    ],
    handle({ autoScaling, regionName }, input) {
      const group = changeableGroup(autoScaling, input.AutoScalingGroupName);
      const { PolicyName: name = "", EstimatedInstanceWarmup, Enabled = true } = input;
      const { TargetValue: targetValue = 0, DisableScaleIn = false } = configurationOf(input);
      assertLength(name, "PolicyName", [1, 255]);
      assertInRange(EstimatedInstanceWarmup, "EstimatedInstanceWarmup", [0, 2 ** 31 - 1]);
      const policy = group.putPolicy(name, {
        targetValue,
        disableScaleIn: DisableScaleIn,
        enabled: Enabled,
        estimatedInstanceWarmup: EstimatedInstanceWarmup,
      });
      return {
        PolicyARN: policyArn(regionName, group.name, policy),
        Alarms: alarmList(regionName, group, policy),
      };
    },
  },

  DeletePolicy: {
    parameters: ["AutoScalingGroupName", "PolicyName"],
    handle({ autoScaling, regionName }, { AutoScalingGroupName, PolicyName = "" }) {
      for (const group of groupsNamed(autoScaling, AutoScalingGroupName)) {
        const found = [...group.policies.values()].find(
          policy => policy.name === PolicyName || policyArn(regionName, group.name, policy) === PolicyName,
        );
        if (!found) continue;
        group.policies.delete(found.name);
        return {};
      }
      throw refusals.policyNotFound(PolicyName);
    },
  },

  DescribePolicies: {
    parameters: ["AutoScalingGroupName", "PolicyNames", "PolicyTypes", "MaxRecords", "NextToken"],
    handle(
      { autoScaling, regionName },
      { AutoScalingGroupName, PolicyNames = [], PolicyTypes = [], ...paging },
    ) {
      const found = groupsNamed(autoScaling, AutoScalingGroupName)
        .flatMap(group =>
          [...group.policies.values()].map(policy => ({
            ...descriptionOf(regionName, group.name, policy),
            Alarms: alarmList(regionName, group, policy),
          })),
        )
        .filter(({ PolicyName = "", PolicyARN = "", PolicyType = "" }) => {
          const isNamed =
            PolicyNames.length === 0 || PolicyNames.includes(PolicyName) || PolicyNames.includes(PolicyARN);
          return isNamed && (PolicyTypes.length === 0 || PolicyTypes.includes(PolicyType));
        });
      const { items, NextToken } = page(found, paging, 100);
      return { ScalingPolicies: items, NextToken };
    },
  },
} satisfies Partial<AutoScalingActions>;

/** @throws AwsError unless it tracks a target of the group's average CPU */
function configurationOf(input: PutScalingPolicyType): TargetTrackingConfiguration {
  const { PolicyType = "SimpleScaling", TargetTrackingConfiguration: configuration } = input;
  if (PolicyType !== "TargetTrackingScaling") throw refusals.policyType(PolicyType);
  // The AWS provider sends 0 for every type of policy.
  if (input.Cooldown) throw refusals.cooldownOfTargetTracking();
  if (!configuration) throw refusals.noTrackingConfiguration();
  const { PredefinedMetricSpecification: predefined, TargetValue = 0 } = configuration;
  if (!predefined) throw refusals.noMetricSpecification();
  const { PredefinedMetricType: metric = "", ResourceLabel } = predefined;
  if (metric !== "ASGAverageCPUUtilization") throw refusals.policyMetric(metric);
  if (ResourceLabel !== undefined) throw refusals.resourceLabel(metric);
  if (!(TargetValue > 0 && Number.isFinite(TargetValue))) throw refusals.targetValue(TargetValue);
  return configuration;
}

function alarmList(region: string, { name }: AutoScalingGroup, policy: ScalingPolicy) {
  return alarmsOf(region, name, policy).map(alarm => ({ AlarmName: alarm.name, AlarmARN: alarm.arn }));
}

function descriptionOf(
  region: string,
  AutoScalingGroupName: string,
  policy: ScalingPolicy,
): PolicyDescription {
  return {
    AutoScalingGroupName,
    PolicyName: policy.name,
    PolicyARN: policyArn(region, AutoScalingGroupName, policy),
    PolicyType: "TargetTrackingScaling",
    StepAdjustments: [],
    EstimatedInstanceWarmup: policy.estimatedInstanceWarmup,
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
      TargetValue: policy.targetValue,
      DisableScaleIn: policy.disableScaleIn,
    },
    Enabled: policy.enabled,
  };
}
