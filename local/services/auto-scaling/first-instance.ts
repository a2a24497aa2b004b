import type { AutoScalingGroup } from "./group";

/**
 * Whether a new group has what it needs to serve: an instance in service, if it wants any.
 * @throws with what stands in the activity log when a launch has failed: more than likely, all will
 */
export function hasFirstInstance({
  settings,
  desiredCapacity,
  instances,
  activities,
}: Pick<AutoScalingGroup, "settings" | "desiredCapacity" | "instances" | "activities">): boolean {
  const failed = activities.find(({ statusCode }) => statusCode === "Failed");
  if (failed) throw new Error(`the Auto Scaling group ${settings.label}: ${failed.description}`);
  const inService = [...instances.values()].some(({ lifecycleState }) => lifecycleState === "InService");
  return inService || desiredCapacity === 0;
}
