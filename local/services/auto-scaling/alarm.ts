/**
 * A CloudWatch alarm's state as a pure function of its metric. Source: "Alarm evaluation" and "Configuring how
 * CloudWatch alarms treat missing data" (CloudWatch User Guide).
 */

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface Alarm {
  /** So many of the latest datapoints have to breach, all of them: "3 of 3". */
  evaluationPeriods: number;
  breaches: (value: number) => boolean;
}

/**
 * Where datapoints are missing, older ones are looked at in their stead. How many is documented by example only: of 5
 * for 3 evaluation periods.
 */
export const furtherPeriods = 2;

/**
 * Treats missing data as `missing`, CloudWatch's default, which Auto Scaling's alarms have too: datapoints that aren't
 * there neither breach nor don't. The state needs no memory.
 * @param points one per period, the latest last, undefined where it is missing
 */
export function alarmState(points: readonly (number | undefined)[], alarm: Alarm): AlarmState {
  const { evaluationPeriods, breaches } = alarm;
  const range = points.slice(-(evaluationPeriods + furtherPeriods));
  const present = range.filter(point => point !== undefined).slice(-evaluationPeriods);
  if (present.length === 0) return "INSUFFICIENT_DATA";
  if (!present.every(breaches)) return "OK";
  // Fewer datapoints will do when they breach and the first of them is old enough. In the words of the document, such
  // an alarm is premature; and it may go on for a while after the metric has ended.
  const age = range.length - range.findIndex(point => point !== undefined);
  return age >= evaluationPeriods ? "ALARM" : "INSUFFICIENT_DATA";
}
