import type { AutoScalingGroup } from "./group";

/**
 * Whether a new group is ready to serve: it has an instance in service, or wants none.
 * @throws with the activity's description if a launch has failed, since all others most likely will too
 */
export function hasFirstInstance(
  group: Pick<AutoScalingGroup, "settings" | "desiredCapacity" | "instances" | "activities">,
): boolean {
  const failed = group.activities.find(({ statusCode }) => statusCode === "Failed");
  if (failed) throw new Error(`the Auto Scaling group ${group.settings.label}: ${failed.description}`);
  const instances = [...group.instances.values()];
  return group.desiredCapacity === 0 || instances.some(each => each.lifecycleState === "InService");
}
