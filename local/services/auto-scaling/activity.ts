/**
 * The texts of scaling activities, in AWS's exact words. Sources: examples in "Verify a scaling activity", "Health
 * checks for instances in an Auto Scaling group" and "Detach or attach instances" (EC2 Auto Scaling User Guide), in the
 * AWS CLI's describe-scaling-activities, and in published logs.
 */
import type { HealthCheck } from "./instance";

const healthChecks: Record<HealthCheck, string> = {
  EC2: "an EC2 health check indicating it has been terminated or stopped",
  ELB: "an ELB system health check failure",
  user: "a user health-check",
};

/** The sentence for each kind of cause, without its time and full stop. */
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

  /** TerminateInstanceInAutoScalingGroup; `shrinking` only if it decrements the desired capacity. */
  userTerminated: ({ instanceId, shrinking }: { instanceId: string; shrinking?: CapacityChange }) =>
    `instance ${instanceId} was taken out of service in response to a user request` +
    (shrinking ? `, shrinking the capacity from ${shrinking.from} to ${shrinking.to}` : ""),

  unhealthy: ({ check }: { check: HealthCheck }) =>
    `an instance was taken out of service in response to ${healthChecks[check]}`,

  replacement: () => "an instance was launched in response to an unhealthy instance needing to be replaced",

  refreshLaunch: () => "an instance was launched in response to an instance refresh",

  refreshTermination: () => "an instance was taken out of service in response to an instance refresh",
};

interface CapacityChange {
  from: number;
  to: number;
}

type Sentences = typeof sentences;

/** Why a group launched or terminated an instance. */
export type Cause = {
  [Kind in keyof Sentences]: { kind: Kind } & (Parameters<Sentences[Kind]> extends [infer Details]
    ? Details
    : unknown);
}[keyof Sentences];

function sentenceOf(cause: Cause): string {
  // `kind` selects the function that takes these details, which a table's type can't express.
  return (sentences[cause.kind] as (details: Cause) => string)(cause);
}

/** For a line on a console: the same, with an alarm of target tracking as AlarmHigh or AlarmLow. */
export function inShort(cause: Cause): string {
  if (cause.kind !== "alarm") return sentenceOf(cause);
  return sentenceOf({
    ...cause,
    alarm: cause.alarm.replace(/^TargetTracking-.*-(Alarm(?:High|Low))-.*$/, "$1"),
  });
}

/**
 * An activity's Cause: its sentences in order, each with its time, separated by two spaces.
 * @param show converts region milliseconds to a date
 */
export function causeText(
  causes: readonly { at: number; cause: Cause }[],
  show: (time: number) => Date,
): string {
  return causes
    .map(({ at, cause }) => `At ${show(at).toISOString().slice(0, 19)}Z ${sentenceOf(cause)}.`)
    .join("  ");
}

export const description = {
  failedLaunch: (statusMessage: string) => `Launching a new EC2 instance.  Status Reason: ${statusMessage}`,
  launch: (instanceId: string) => `Launching a new EC2 instance: ${instanceId}`,
  termination: (instanceId: string) => `Terminating EC2 instance: ${instanceId}`,
  /** While the StatusCode is WaitingForELBConnectionDraining. */
  draining: (instanceId: string) =>
    `Terminating EC2 instance: ${instanceId} - Waiting For ELB Connection Draining.`,
} as const;

/** A failed launch's StatusMessage, from EC2's error message. */
export function launchFailure(message: string): string {
  return `${message.replace(/\.?$/, ".")} Launching EC2 instance failed.`;
}

/** The name of one of the two alarms that Auto Scaling creates for a target tracking policy. */
export function alarmName(group: string, alarm: "AlarmHigh" | "AlarmLow", uuid: string): string {
  return `TargetTracking-${group}-${alarm}-${uuid}`;
}
