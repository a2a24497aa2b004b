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

const none = () => undefined;

/** Without weights, capacity is counted in instances. Warm pools, which no group has here, send nothing. */
const counts = {
  GroupMinSize: ({ minSize }) => minSize,
  GroupMaxSize: ({ maxSize }) => maxSize,
  GroupDesiredCapacity: ({ desiredCapacity }) => desiredCapacity,
  GroupInServiceInstances: inState("InService"),
  GroupPendingInstances: inState("Pending"),
  GroupTerminatingInstances: inState("Terminating"),
  GroupTotalInstances: ({ instances }) => instances.length,
  GroupStandbyInstances: () => 0,
  GroupInServiceCapacity: inState("InService"),
  GroupPendingCapacity: inState("Pending"),
  GroupStandbyCapacity: () => 0,
  GroupTerminatingCapacity: inState("Terminating"),
  GroupTotalCapacity: ({ instances }) => instances.length,
  WarmPoolDesiredCapacity: none,
  WarmPoolWarmedCapacity: none,
  WarmPoolPendingCapacity: none,
  WarmPoolTerminatingCapacity: none,
  WarmPoolTotalCapacity: none,
  GroupAndWarmPoolDesiredCapacity: none,
  GroupAndWarmPoolTotalCapacity: none,
} satisfies Record<string, (group: GroupSize) => number | undefined>;

export type GroupMetric = keyof typeof counts;

export const groupMetrics = Object.keys(counts) as GroupMetric[];

export function measureGroup(
  groupName: string,
  enabled: readonly GroupMetric[],
  size: GroupSize,
): { metric: Metric; value: number }[] {
  return enabled.flatMap(name => {
    const value = counts[name](size);
    return value === undefined ? [] : [{ metric: groupMetric(groupName, name), value }];
  });
}

export function groupMetric(groupName: string, name: GroupMetric): Metric {
  const dimensions = [{ name: "AutoScalingGroupName", value: groupName }];
  return { namespace: "AWS/AutoScaling", name, dimensions };
}
