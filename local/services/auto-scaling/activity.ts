/**
 * What is written of scaling activities, word for word as AWS writes it. Sources: examples in "Verify a scaling
 * activity", "Health checks for instances in an Auto Scaling group" and "Detach or attach instances" (EC2 Auto Scaling
 * User Guide) and of the AWS CLI's describe-scaling-activities; logs that people published.
 */

/** The sentence that stands for each cause, without its time and its full stop. */
const sentences = {
  groupCreated: ({ desired }: { desired: number }) =>
    `a user request created an AutoScalingGroup changing the desired capacity from 0 to ${desired}`,

  groupUpdated: ({ from, min, max, desired }: Record<"from" | "min" | "max" | "desired", number>) =>
    `a user request update of AutoScalingGroup constraints to min: ${min}, max: ${max}, desired: ${desired} ` +
    `changing the desired capacity from ${from} to ${desired}`,

  desiredCapacitySet: ({ from, to }: CapacityChange) =>
    `a user request explicitly set group desired capacity changing the desired capacity from ${from} to ${to}`,

  alarm: ({ alarm, policy, from, to }: { alarm: string; policy: string } & CapacityChange) =>
    `a monitor alarm ${alarm} in state ALARM triggered policy ${policy} ` +
    `changing the desired capacity from ${from} to ${to}`,

  shortage: ({ from, to }: CapacityChange) =>
    "an instance was started in response to a difference between desired and actual capacity, " +
    `increasing the capacity from ${from} to ${to}`,

  excess: ({ from, to }: CapacityChange) =>
    "an instance was taken out of service in response to a difference between desired and actual capacity, " +
    `shrinking the capacity from ${from} to ${to}`,

  selected: ({ instanceId }: { instanceId: string }) => `instance ${instanceId} was selected for termination`,

  /** TerminateInstanceInAutoScalingGroup; `shrinking` only when it decrements the desired capacity. */
  userTerminated: ({ instanceId, shrinking }: { instanceId: string; shrinking?: CapacityChange }) =>
    `instance ${instanceId} was taken out of service in response to a user request` +
    (shrinking ? `, shrinking the capacity from ${shrinking.from} to ${shrinking.to}` : ""),

  unhealthy: ({ check }: { check: "EC2" | "ELB" }) =>
    "an instance was taken out of service in response to an " +
    (check === "ELB"
      ? "ELB system health check failure"
      : "EC2 health check indicating it has been terminated or stopped"),

  replacement: () => "an instance was launched in response to an unhealthy instance needing to be replaced",

  refreshLaunch: () => "an instance was launched in response to an instance refresh",

  refreshTermination: () => "an instance was taken out of service in response to an instance refresh",
};

interface CapacityChange {
  from: number;
  to: number;
}

type Sentences = typeof sentences;

/** Why a group did something. */
export type Cause = {
  [Kind in keyof Sentences]: { kind: Kind } & (Parameters<Sentences[Kind]> extends [infer Details]
    ? Details
    : unknown);
}[keyof Sentences];

export function sentenceOf(cause: Cause): string {
  // The kind picks the writer of just these details, which the type of a table can't express.
  return (sentences[cause.kind] as (details: Cause) => string)(cause);
}

/**
 * An activity's Cause: its sentences in order, each with its time, two blanks between them.
 * @param show what is shown of a time in region milliseconds
 */
export function causeText(
  causes: readonly { at: number; cause: Cause }[],
  show: (time: number) => Date,
): string {
  return causes
    .map(({ at, cause }) => `At ${show(at).toISOString().slice(0, 19)}Z ${sentenceOf(cause)}.`)
    .join("  ");
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

/** A failed launch's StatusMessage, from EC2's error message. */
export function launchFailure(message: string): string {
  return `${message.replace(/\.?$/, ".")} Launching EC2 instance failed.`;
}

/** Name of one of the two alarms that Auto Scaling makes for a target tracking policy. */
export function alarmName(group: string, alarm: "AlarmHigh" | "AlarmLow", uuid: string): string {
  return `TargetTracking-${group}-${alarm}-${uuid}`;
}
