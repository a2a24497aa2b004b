/** Instances of an Auto Scaling group. */
import type { GroupInstance } from "../local/services/auto-scaling/instance";

/** In service and healthy, unless the fields say otherwise. */
export function groupInstance(instanceId: string, fields: Partial<GroupInstance> = {}): GroupInstance {
  return {
    instanceId,
    subnetId: "subnet-a",
    availabilityZone: "us-east-1a",
    launchTemplateId: "lt-1",
    launchTemplateVersion: 1,
    lifecycleState: "InService",
    launchedAt: 0,
    inServiceAt: 0,
    targetHealth: "healthy",
    ...fields,
  };
}

export const pending = {
  lifecycleState: "Pending",
  inServiceAt: undefined,
  targetHealth: undefined,
} as const;
export const terminating = { lifecycleState: "Terminating", targetHealth: "draining" } as const;
export const unhealthy = { targetHealth: "unhealthy" } as const;
