/** An alarm as PutMetricAlarm takes it. Source: CloudWatch API Reference, "PutMetricAlarm". */
import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { comparisons, missingDataTreatments, type Comparison } from "../../../alarm-state";
import { assertAtLeast, failsConstraint } from "../../../api/protocols/faults";
import type { AlarmSettings } from "../alarms";
import { refusals } from "../refusals";
import { isStatistic, metricOf } from "./common";

const day = 86_400;
const mostActions = 5;

/** @throws AwsError for settings that AWS doesn't take or the region lacks */
export function alarmFrom(input: PutMetricAlarmInput, regionName: string): AlarmSettings {
  const {
    AlarmName: name = "",
    EvaluationPeriods: evaluationPeriods = 0,
    DatapointsToAlarm,
    Threshold,
  } = input;
  if (name === "" || name.length > 255) throw refusals.emptyName("AlarmName");
  if (input.MetricName === undefined || input.Namespace === undefined) throw refusals.alarmWithoutMetric();
  if (input.Statistic === undefined) throw refusals.alarmWithoutStatistic();
  if (!isStatistic(input.Statistic)) throw refusals.noPercentiles(input.Statistic);
  if (Threshold === undefined) throw refusals.alarmWithoutThreshold();
  assertAtLeast(1, evaluationPeriods, "EvaluationPeriods");
  if (DatapointsToAlarm !== undefined) {
    assertAtLeast(1, DatapointsToAlarm, "DatapointsToAlarm");
    if (DatapointsToAlarm > evaluationPeriods) throw refusals.datapointsToAlarm();
  }
  const periodSeconds = periodFrom(input.Period);
  if (periodSeconds * evaluationPeriods > day) throw refusals.alarmSpan();
  const { TreatMissingData } = input;
  const treatMissingData = missingDataTreatments.find(each => each === TreatMissingData);
  if (TreatMissingData !== undefined && !treatMissingData) throw refusals.treatMissingData(TreatMissingData);
  const actionsOf = (list: "AlarmActions" | "OKActions" | "InsufficientDataActions") =>
    actionsFrom(input[list] ?? [], list, regionName);
  return {
    name,
    description: input.AlarmDescription,
    metric: metricOf(input),
    statistic: input.Statistic,
    unit: input.Unit,
    periodSeconds,
    evaluationPeriods,
    datapointsToAlarm: DatapointsToAlarm,
    threshold: Threshold,
    comparisonOperator: comparisonFrom(input.ComparisonOperator),
    treatMissingData,
    alarmActions: actionsOf("AlarmActions"),
    okActions: actionsOf("OKActions"),
    insufficientDataActions: actionsOf("InsufficientDataActions"),
    actionsEnabled: input.ActionsEnabled,
  };
}

function periodFrom(period = 0): number {
  if (period === 10 || period === 20 || period === 30) throw refusals.noHighResolutionAlarm(period);
  assertAtLeast(1, period, "Period");
  if (period % 60 !== 0) throw refusals.alarmPeriod();
  return period;
}

function comparisonFrom(operator = ""): Comparison {
  if (Object.hasOwn(comparisons, operator)) return operator as Comparison;
  if (/^(Less|Greater)Than\w*(Lower|Upper)/.test(operator)) throw refusals.noAnomalyDetection(operator);
  throw failsConstraint(
    operator,
    "ComparisonOperator",
    `Member must satisfy enum value set: [${Object.keys(comparisons).join(", ")}]`,
  );
}

/** ARNs of what an alarm invokes; only their form is checked. */
function actionsFrom(arns: readonly string[], list: string, regionName: string): readonly string[] {
  if (arns.length > mostActions)
    throw failsConstraint(
      `[${arns.join(", ")}]`,
      list,
      `Member must have length less than or equal to ${mostActions}`,
    );
  for (const arn of arns) {
    const [, region] = /^arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):[^:]*:.+/.exec(arn) ?? [];
    if (region === undefined) throw refusals.alarmActionArn(arn);
    if (region !== regionName) throw refusals.alarmActionRegion(region, regionName);
  }
  return arns;
}
