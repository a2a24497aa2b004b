/**
 * The alarms that Auto Scaling creates for its policies, as CloudWatch describes them. Source: CloudWatch API Reference,
 * "MetricAlarm".
 */
import { accountId } from "../../identifiers";
import type { AlarmState } from "../../alarm-state";
import { groupCpuMetric } from "./group-cpu";
import type { Metric } from "./instance-launcher";
import { policyArn, type AlarmHistory, type ScalingPolicy } from "./policy";
import { alarmsOf as thresholdsOf } from "./target-tracking";

export interface PolicyAlarm {
  name: string;
  arn: string;
  description: string;
  metric: Metric;
  statistic: "Average";
  unit: "Percent";
  comparisonOperator: "GreaterThanThreshold" | "LessThanThreshold";
  threshold: number;
  evaluationPeriods: number;
  periodSeconds: number;
  state: AlarmState;
  stateReason: string;
  /** When the state last changed, and the alarm's settings; region milliseconds. */
  stateUpdated: number;
  configurationUpdated: number;
  /** ARNs of what the ALARM state invokes. */
  alarmActions: string[];
}

export function alarmsOf(regionName: string, groupName: string, policy: ScalingPolicy): PolicyAlarm[] {
  const arn = policyArn(regionName, groupName, policy);
  const { high, low } = thresholdsOf(policy.targetValue);
  const common = {
    description: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${arn}.`,
    metric: groupCpuMetric(groupName),
    statistic: "Average" as const,
    unit: "Percent" as const,
    periodSeconds: 60,
    configurationUpdated: policy.updatedAt,
    alarmActions: [arn],
  };
  const named = (name: string) => ({
    name,
    arn: `arn:aws:cloudwatch:${regionName}:${accountId}:alarm:${name}`,
  });
  return [
    {
      ...common,
      ...named(policy.alarmHigh),
      comparisonOperator: "GreaterThanThreshold",
      threshold: high.threshold,
      evaluationPeriods: high.evaluationPeriods,
      ...stateOf(policy.high),
    },
    {
      ...common,
      ...named(policy.alarmLow),
      comparisonOperator: "LessThanThreshold",
      threshold: low.threshold,
      evaluationPeriods: low.evaluationPeriods,
      ...stateOf(policy.low),
    },
  ];
}

function stateOf({ state, reason, since }: AlarmHistory) {
  return { state, stateReason: reason, stateUpdated: since };
}
