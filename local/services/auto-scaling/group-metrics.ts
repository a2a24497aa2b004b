/** The metrics that a group sends to CloudWatch. Source: EC2 Auto Scaling User Guide, "Available metrics and dimensions". */
import type { GroupInstance, LifecycleState } from "./instance";
import type { Metric } from "./instance-launcher";

export interface GroupSize {
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  instances: readonly Pick<GroupInstance, "lifecycleState">[];
}

const inState =
  (state: LifecycleState) =>
  ({ instances }: GroupSize) =>
    instances.filter(({ lifecycleState }) => lifecycleState === state).length;

const counts = {
  GroupMinSize: ({ minSize }) => minSize,
  GroupMaxSize: ({ maxSize }) => maxSize,
  GroupDesiredCapacity: ({ desiredCapacity }) => desiredCapacity,
  GroupInServiceInstances: inState("InService"),
  GroupPendingInstances: inState("Pending"),
  GroupTerminatingInstances: inState("Terminating"),
  GroupTotalInstances: ({ instances }) => instances.length,
} satisfies Record<string, (group: GroupSize) => number>;

/** Without those for standby, warm pools and weights. */
export type GroupMetric = keyof typeof counts;

export const groupMetrics = Object.keys(counts) as GroupMetric[];

export function measureGroup(
  groupName: string,
  enabled: readonly GroupMetric[],
  size: GroupSize,
): { metric: Metric; value: number }[] {
  const dimensions = [{ name: "AutoScalingGroupName", value: groupName }];
  return enabled.map(name => ({
    metric: { namespace: "AWS/AutoScaling", name, dimensions },
    value: counts[name](size),
  }));
}
