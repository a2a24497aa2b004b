/**
 * What is written of scaling activities, word for word as AWS writes it. Sources: examples in "Verify a scaling
 * activity", "Health checks for instances in an Auto Scaling group" and "Detach or attach instances" (EC2 Auto Scaling
 * User Guide) and of the AWS CLI's describe-scaling-activities; logs that people published.
 */

/** Why something was done, as a sentence without its time and its full stop. */
export const because = {
  groupCreated: (desired: number) =>
    `a user request created an AutoScalingGroup changing the desired capacity from 0 to ${desired}`,

  groupUpdated: (from: number, { min, max, desired }: { min: number; max: number; desired: number }) =>
    `a user request update of AutoScalingGroup constraints to min: ${min}, max: ${max}, desired: ${desired} ` +
    `changing the desired capacity from ${from} to ${desired}`,

  desiredCapacitySet: (from: number, to: number) =>
    `a user request explicitly set group desired capacity changing the desired capacity from ${from} to ${to}`,

  alarm: (alarm: string, policy: string, from: number, to: number) =>
    `a monitor alarm ${alarm} in state ALARM triggered policy ${policy} ` +
    `changing the desired capacity from ${from} to ${to}`,

  shortage: (from: number, to: number) =>
    "an instance was started in response to a difference between desired and actual capacity, " +
    `increasing the capacity from ${from} to ${to}`,

  excess: (from: number, to: number) =>
    "an instance was taken out of service in response to a difference between desired and actual capacity, " +
    `shrinking the capacity from ${from} to ${to}`,

  selected: (instanceId: string) => `instance ${instanceId} was selected for termination`,

  /** TerminateInstanceInAutoScalingGroup; capacities only when it decrements the desired one. */
  userTerminated: (instanceId: string, shrinking?: { from: number; to: number }) =>
    `instance ${instanceId} was taken out of service in response to a user request` +
    (shrinking ? `, shrinking the capacity from ${shrinking.from} to ${shrinking.to}` : ""),

  unhealthy: (failed: "EC2" | "ELB") =>
    "an instance was taken out of service in response to an " +
    (failed === "ELB"
      ? "ELB system health check failure"
      : "EC2 health check indicating it has been terminated or stopped"),

  replacement: "an instance was launched in response to an unhealthy instance needing to be replaced",

  refreshLaunch: "an instance was launched in response to an instance refresh",

  refreshTermination: "an instance was taken out of service in response to an instance refresh",
} as const;

/**
 * An activity's Cause: its sentences in order, each with its time, two blanks between them.
 * @param show what is shown of a time in region milliseconds
 */
export function cause(
  sentences: readonly { at: number; what: string }[],
  show: (time: number) => Date,
): string {
  return sentences.map(({ at, what }) => `At ${show(at).toISOString().slice(0, 19)}Z ${what}.`).join("  ");
}

/** An activity's Description. */
export const description = {
  failedLaunch: (statusMessage: string) => `Launching a new EC2 instance.  Status Reason: ${statusMessage}`,
  launch: (instanceId: string) => `Launching a new EC2 instance: ${instanceId}`,
  termination: (instanceId: string) => `Terminating EC2 instance: ${instanceId}`,
  /** While its StatusCode is WaitingForELBConnectionDraining. */
  draining: (instanceId: string) =>
    `Terminating EC2 instance: ${instanceId} - Waiting For ELB Connection Draining.`,
} as const;

/** A failed launch's StatusMessage: what EC2 said, without its error's code. */
export function launchFailure(message: string): string {
  return `${message.replace(/^[\w.]+: /, "").replace(/\.?$/, ".")} Launching EC2 instance failed.`;
}

/** Name of one of the two alarms that Auto Scaling makes for a target tracking policy. */
export function alarmName(group: string, alarm: "AlarmHigh" | "AlarmLow", uuid: string): string {
  return `TargetTracking-${group}-${alarm}-${uuid}`;
}
