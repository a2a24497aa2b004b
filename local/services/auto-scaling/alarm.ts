/**
 * A CloudWatch alarm's state as a pure function of its metric. Source: "Alarm evaluation" and "Configuring how
 * CloudWatch alarms treat missing data" (CloudWatch User Guide).
 */

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface Alarm {
  /** How many of the latest datapoints must all breach: 3 for "3 of 3". */
  evaluationPeriods: number;
  breaches: (value: number) => boolean;
}

/**
 * How many older datapoints may stand in for missing ones. Documented only by an example, in which 3 evaluation periods
 * look at 5 datapoints.
 */
export const extraPeriods = 2;

/**
 * Treats missing data as `missing`, the default of CloudWatch and of Auto Scaling's alarms: a missing datapoint counts
 * neither as breaching nor as not breaching. The result doesn't depend on earlier states.
 * @param points one per period, latest last, undefined where missing
 */
export function alarmState(points: readonly (number | undefined)[], alarm: Alarm): AlarmState {
  const { evaluationPeriods, breaches } = alarm;
  const range = points.slice(-(evaluationPeriods + extraPeriods));
  const present = range.filter(point => point !== undefined).slice(-evaluationPeriods);
  if (present.length === 0) return "INSUFFICIENT_DATA";
  if (!present.every(breaches)) return "OK";
  // Fewer datapoints suffice if all breach and the oldest is old enough. AWS's documentation calls such an alarm
  // premature; it may persist for a while after the metric ends.
  const age = range.length - range.findIndex(point => point !== undefined);
  return age >= evaluationPeriods ? "ALARM" : "INSUFFICIENT_DATA";
}

/** Why an alarm has its state, in CloudWatch's words, without the datapoints' times. */
export function stateReason(
  state: AlarmState,
  points: readonly (number | undefined)[],
  { evaluationPeriods, threshold, side }: Alarm & { threshold: number; side: "greater" | "less" },
): string {
  const present = points.filter(point => point !== undefined).slice(-evaluationPeriods);
  const datapoints = (count: number) => (count === 1 ? "1 datapoint" : `${count} datapoints`);
  if (state === "INSUFFICIENT_DATA")
    return `Insufficient Data: ${datapoints(evaluationPeriods)} were unknown.`;
  const were = `${present.length === 1 ? "was" : "were"}${state === "OK" ? " not" : ""}`;
  return `Threshold Crossed: ${datapoints(present.length)} [${present.join(", ")}] ${were} ${side} than the threshold (${threshold}).`;
}
