/**
 * An instance as its Auto Scaling group sees it, and what can be said of one alone. All times are milliseconds of
 * the region's clock.
 */
import type { TargetState } from "./instance-launcher";

/** "Amazon EC2 Auto Scaling instance lifecycle" (EC2 Auto Scaling User Guide), without hooks and standby. */
export type LifecycleState = "Pending" | "InService" | "Terminating";

export interface GroupInstance {
  instanceId: string;
  subnetId: string;
  availabilityZone: string;
  /** Of the group's launch template. */
  launchTemplateVersion: number;
  lifecycleState: LifecycleState;
  launchedAt: number;
  /** Absent until it has booted. */
  privateIpAddress?: string;
  /** Absent until it is in service. */
  inServiceAt?: number;
  /** EC2 no longer runs it, because somebody stopped or terminated it. */
  gone?: boolean;
  /** What the group's target group thinks of it, where it is registered with one. */
  targetHealth?: TargetState;
}

/** What an instance's place in its warm-up depends on. */
export type Warming = Pick<GroupInstance, "lifecycleState" | "inServiceAt">;

/**
 * In service for as long as the group's default instance warm-up: it counts into the group's metrics, and as capacity
 * in a policy's arithmetic ("Set the default instance warmup for an Auto Scaling group", EC2 Auto Scaling User Guide).
 */
export function isWarm(instance: Warming, warmupSeconds: number, now: number): boolean {
  const { lifecycleState, inServiceAt } = instance;
  return (
    lifecycleState === "InService" && inServiceAt !== undefined && now >= inServiceAt + warmupSeconds * 1000
  );
}

/** On its way to be warm: launched, or in service for too short a time. */
export function isWarmingUp(instance: Warming, warmupSeconds: number, now: number): boolean {
  return instance.lifecycleState !== "Terminating" && !isWarm(instance, warmupSeconds, now);
}

export interface HealthChecks {
  healthCheckType: "EC2" | "ELB";
  healthCheckGracePeriodSeconds: number;
}

/**
 * Whose check it fails, undefined while it is healthy. An instance that EC2 no longer runs has no grace period ("Health
 * checks for instances in an Auto Scaling group", "Set the health check grace period": EC2 Auto Scaling User Guide).
 */
export function failedCheck(
  instance: GroupInstance,
  { healthCheckType, healthCheckGracePeriodSeconds }: HealthChecks,
  now: number,
): "EC2" | "ELB" | undefined {
  const { lifecycleState, inServiceAt = Infinity, gone, targetHealth } = instance;
  if (lifecycleState === "Terminating") return undefined;
  if (gone) return "EC2";
  const inGracePeriod = now < inServiceAt + healthCheckGracePeriodSeconds * 1000;
  return healthCheckType === "ELB" && targetHealth === "unhealthy" && !inGracePeriod ? "ELB" : undefined;
}
