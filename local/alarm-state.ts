/**
 * A CloudWatch alarm's state as a pure function of its metric. Source: "Alarm evaluation" and "Configuring how
 * CloudWatch alarms treat missing data" (CloudWatch User Guide).
 */

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export const missingDataTreatments = ["breaching", "notBreaching", "ignore", "missing"] as const;

export type MissingData = (typeof missingDataTreatments)[number];

export interface Alarm {
  /** How many of the latest datapoints count. */
  evaluationPeriods: number;
  /** How many of them must breach: by default all, 3 for "3 of 3". */
  datapointsToAlarm?: number;
  breaches: (value: number) => boolean;
  /** By default `missing`: a missing datapoint counts neither as breaching nor as not breaching. */
  treatMissingData?: MissingData;
}

/**
 * How many older datapoints may stand in for missing ones. Documented only by examples, in which 3 evaluation periods
 * look at 5 datapoints.
 */
export const extraPeriods = 2;

/**
 * @param points one per period, latest last, undefined where missing
 * @param before the state so far, which only an alarm that ignores missing data keeps
 */
export function alarmState(
  points: readonly (number | undefined)[],
  alarm: Alarm,
  before: AlarmState = "INSUFFICIENT_DATA",
): AlarmState {
  const { evaluationPeriods, datapointsToAlarm = evaluationPeriods, treatMissingData = "missing" } = alarm;
  const range = points.slice(-(evaluationPeriods + extraPeriods));
  const present = presentIn(range, evaluationPeriods);
  const breaching = present.filter(alarm.breaches).length;
  const missing = evaluationPeriods - present.length;
  if (breaching + (treatMissingData === "breaching" ? missing : 0) >= datapointsToAlarm) return "ALARM";
  if (treatMissingData === "breaching" || treatMissingData === "notBreaching") return "OK";
  if (breaching < present.length) return "OK";
  if (treatMissingData === "ignore") return before;
  // Fewer datapoints suffice if all breach and the oldest is old enough. AWS's documentation calls such an alarm
  // premature; it may persist for a while after the metric ends.
  const age = range.length - range.findIndex(point => point !== undefined);
  return present.length > 0 && age >= datapointsToAlarm ? "ALARM" : "INSUFFICIENT_DATA";
}

/** Those that an alarm evaluates, latest last. */
function presentIn(points: readonly (number | undefined)[], evaluationPeriods: number): number[] {
  return points.filter(point => point !== undefined).slice(-evaluationPeriods);
}

export const comparisons = {
  GreaterThanThreshold: {
    holds: (value: number, threshold: number) => value > threshold,
    words: "greater than",
  },
  GreaterThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value >= threshold,
    words: "greater than or equal to",
  },
  LessThanThreshold: { holds: (value: number, threshold: number) => value < threshold, words: "less than" },
  LessThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value <= threshold,
    words: "less than or equal to",
  },
};

export type Comparison = keyof typeof comparisons;

/** Why an alarm has its state, in CloudWatch's words, without the datapoints' times. */
export function stateReason(
  state: AlarmState,
  points: readonly (number | undefined)[],
  alarm: Alarm & { threshold: number; comparison: Comparison },
): string {
  const { evaluationPeriods, threshold, comparison, treatMissingData } = alarm;
  const present = presentIn(points.slice(-(evaluationPeriods + extraPeriods)), evaluationPeriods);
  const counted = (count: number, what: string) => (count === 1 ? `1 ${what}` : `${count} ${what}s`);
  const were = (count: number) => (count === 1 ? "was" : "were");
  if (state === "INSUFFICIENT_DATA")
    return `Insufficient Data: ${counted(evaluationPeriods, "datapoint")} were unknown.`;
  if (present.length === 0) {
    const treated = treatMissingData === "breaching" ? "Breaching" : "NonBreaching";
    return (
      `Threshold Crossed: no datapoints were received for ${counted(evaluationPeriods, "period")} and ` +
      `${counted(evaluationPeriods, "missing datapoint")} ${were(evaluationPeriods)} treated as [${treated}].`
    );
  }
  const not = state === "OK" ? " not" : "";
  return (
    `Threshold Crossed: ${counted(present.length, "datapoint")} [${present.join(", ")}] ` +
    `${were(present.length)}${not} ${comparisons[comparison].words} the threshold (${threshold}).`
  );
}
