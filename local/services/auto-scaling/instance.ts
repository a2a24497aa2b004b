/**
 * An instance as seen by its Auto Scaling group, and the decisions that concern one instance alone. All times are in
 * region milliseconds.
 */
import type { TargetState } from "./instance-launcher";
import type { ScalingProcess } from "./scaling-processes";

/** "Amazon EC2 Auto Scaling instance lifecycle" (EC2 Auto Scaling User Guide), without hooks and standby. */
export type LifecycleState = "Pending" | "InService" | "Terminating";

export interface GroupInstance {
  instanceId: string;
  subnetId: string;
  availabilityZone: string;
  /** The launch template that it was launched from. */
  launchTemplateId: string;
  launchTemplateVersion: number;
  lifecycleState: LifecycleState;
  launchedAt: number;
  /** Absent until it has booted. */
  privateIpAddress?: string;
  /** Absent until it is in service. */
  inServiceAt?: number;
  /** EC2 no longer runs it: somebody stopped or terminated it. */
  stopped?: boolean;
  /** SetInstanceHealth declared it unhealthy. */
  markedUnhealthy?: boolean;
  protectedFromScaleIn?: boolean;
  /** Its health in the group's target group, if it is registered. */
  targetHealth?: TargetState;
}

/** What an instance's warm-up depends on. */
export type Warming = Pick<GroupInstance, "lifecycleState" | "inServiceAt">;

/**
 * Whether it has been in service for the group's default instance warm-up. Only then does it count towards the group's
 * metrics and a policy's capacity ("Set the default instance warmup for an Auto Scaling group", EC2 Auto Scaling User
 * Guide).
 */
export function isWarm(instance: Warming, warmupSeconds: number, now: number): boolean {
  const { lifecycleState, inServiceAt = Infinity } = instance;
  return lifecycleState === "InService" && now >= inServiceAt + warmupSeconds * 1000;
}

/** Not warm yet: pending, or in service for less than the warm-up. */
export function isWarmingUp(instance: Warming, warmupSeconds: number, now: number): boolean {
  return instance.lifecycleState !== "Terminating" && !isWarm(instance, warmupSeconds, now);
}

/** Who found an instance unhealthy; the user by SetInstanceHealth. */
export type HealthCheck = "EC2" | "ELB" | "user";

export interface HealthChecks {
  healthCheckType: "EC2" | "ELB";
  healthCheckGracePeriodSeconds: number;
}

/** HealthChecks, which a group can suspend. */
export interface SuspendableHealthChecks extends HealthChecks {
  suspendedProcesses?: ReadonlySet<ScalingProcess>;
}

/**
 * The service whose check it fails; undefined while healthy. The grace period doesn't apply to an instance that EC2 no
 * longer runs ("Health checks for instances in an Auto Scaling group", "Set the health check grace period": EC2 Auto
 * Scaling User Guide).
 */
export function failedCheck(
  instance: GroupInstance,
  { healthCheckType, healthCheckGracePeriodSeconds, suspendedProcesses }: SuspendableHealthChecks,
  now: number,
): HealthCheck | undefined {
  const { lifecycleState, stopped, markedUnhealthy, targetHealth } = instance;
  if (lifecycleState === "Terminating") return undefined;
  const isChecked = !suspendedProcesses?.has("HealthCheck");
  if (stopped && isChecked) return "EC2";
  if (markedUnhealthy) return "user";
  if (!isChecked || healthCheckType === "EC2" || targetHealth !== "unhealthy") return undefined;
  return inGracePeriod(instance, healthCheckGracePeriodSeconds, now) ? undefined : "ELB";
}

export function inGracePeriod(
  { inServiceAt = Infinity }: Pick<GroupInstance, "inServiceAt">,
  gracePeriodSeconds: number,
  now: number,
): boolean {
  return now < inServiceAt + gracePeriodSeconds * 1000;
}
