/** Source: Auto Scaling API Reference, "DescribePolicies". */
import type { ScalingPolicy } from "@aws-sdk/client-auto-scaling";
import type { ScalingPolicy as Policy } from "../policy";
import { accountId } from "../../../identifiers";
import type { AutoScalingActions } from "./context";
import { groupsNamed, page } from "./common";

export const describePolicies: AutoScalingActions["DescribePolicies"] = {
  parameters: ["AutoScalingGroupName", "PolicyNames", "PolicyTypes", "MaxRecords", "NextToken"],
  handle(
    { autoScaling, regionName },
    { AutoScalingGroupName, PolicyNames = [], PolicyTypes = [], ...paging },
  ) {
    const found = groupsNamed(autoScaling, AutoScalingGroupName)
      .flatMap(group =>
        [...group.policies.values()].map(policy => descriptionOf(regionName, group.name, policy)),
      )
      .filter(({ PolicyName = "", PolicyARN = "", PolicyType = "" }) => {
        const isNamed =
          PolicyNames.length === 0 || PolicyNames.includes(PolicyName) || PolicyNames.includes(PolicyARN);
        return isNamed && (PolicyTypes.length === 0 || PolicyTypes.includes(PolicyType));
      });
    const { items, NextToken } = page(found, paging, 100);
    return { ScalingPolicies: items, NextToken };
  },
};

function descriptionOf(region: string, AutoScalingGroupName: string, policy: Policy): ScalingPolicy {
  return {
    AutoScalingGroupName,
    PolicyName: policy.name,
    PolicyARN:
      `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${policy.id}` +
      `:autoScalingGroupName/${AutoScalingGroupName}:policyName/${policy.name}`,
    PolicyType: "TargetTrackingScaling",
    StepAdjustments: [],
    Alarms: [policy.alarmHigh, policy.alarmLow].map(AlarmName => ({
      AlarmName,
      AlarmARN: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}`,
    })),
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
      TargetValue: policy.targetValue,
      DisableScaleIn: false,
    },
    Enabled: true,
  };
}
