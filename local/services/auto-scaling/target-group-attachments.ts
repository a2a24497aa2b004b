/**
 * The states of a group's attached target groups. Source: Auto Scaling API Reference,
 * "DescribeLoadBalancerTargetGroups".
 */
import type { GroupInstance } from "./instance";
import type { InstanceTargets } from "./instance-launcher";

export type AttachmentState = "Adding" | "Added" | "InService" | "Removing";

/** @param targets undefined if the target group has been deleted */
export function attachmentState(
  targets: Pick<InstanceTargets, "describe"> | undefined,
  instances: readonly Pick<GroupInstance, "instanceId" | "lifecycleState">[],
): AttachmentState {
  const serving = instances.filter(({ lifecycleState }) => lifecycleState === "InService");
  const states = new Map(
    targets?.describe().map(({ target, targetHealth }) => [target.id, targetHealth.state]),
  );
  if (!serving.every(({ instanceId }) => states.has(instanceId))) return "Adding";
  return serving.some(({ instanceId }) => states.get(instanceId) === "healthy") ? "InService" : "Added";
}
