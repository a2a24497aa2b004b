import { minute } from "../../clock";

const longest = 15 * minute;

/**
 * How long a group waits after a failed launch, in region milliseconds. AWS retries at undocumented intervals and
 * suspends the group after a day ("Suspend and resume Amazon EC2 Auto Scaling processes", EC2 Auto Scaling User
 * Guide). Here the wait starts at a minute and doubles with each failure.
 * @param failures consecutive failed launches, at least 1
 */
export function launchBackOff(failures: number): number {
  return Math.min(longest, minute * 2 ** (failures - 1));
}
