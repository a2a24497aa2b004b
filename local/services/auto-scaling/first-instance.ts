import type { AutoScalingGroup } from "./group";

/**
 * Whether a new group is ready to serve: it has an instance in service, or wants none.
 * @throws with the activity's description if a launch has failed, since all others most likely will too
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
