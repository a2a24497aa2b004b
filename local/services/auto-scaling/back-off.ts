import { minute } from "../../clock";

const longest = 15 * minute;

/**
 * How long a group waits after a launch that failed, in region milliseconds. AWS goes on trying, for a day until it
 * suspends the group ("Suspend and resume Amazon EC2 Auto Scaling processes", EC2 Auto Scaling User Guide), at
 * intervals that it does not document: here a minute, and twice as long after each further failure.
 * @param failures launches that failed in a row, 1 or more
 */
export function launchBackOff(failures: number): number {
  return Math.min(longest, minute * 2 ** (failures - 1));
}
