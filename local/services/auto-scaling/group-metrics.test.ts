import { groupMetrics, measureGroup } from "./group-metrics";

test("measures a group's limits and the number of instances in each state", () => {
  const states = ["Pending", "InService", "InService", "InService", "Terminating", "Terminating"] as const;
  const instances = states.map(lifecycleState => ({ lifecycleState }));
  const size = { minSize: 2, maxSize: 7, desiredCapacity: 4, instances };
  const measured = measureGroup("fleet-1", groupMetrics, size);
  expect(Object.fromEntries(measured.map(({ metric, value }) => [metric.name, value]))).toEqual({
    GroupMinSize: 2,
    GroupMaxSize: 7,
    GroupDesiredCapacity: 4,
    GroupInServiceInstances: 3,
    GroupPendingInstances: 1,
    GroupTerminatingInstances: 2,
    GroupTotalInstances: 6,
    GroupStandbyInstances: 0,
    GroupInServiceCapacity: 3,
    GroupPendingCapacity: 1,
    GroupStandbyCapacity: 0,
    GroupTerminatingCapacity: 2,
    GroupTotalCapacity: 6,
  });
});

test("measures only enabled metrics, under the group's name", () => {
  const size = { minSize: 0, maxSize: 3, desiredCapacity: 1, instances: [] };
  expect(measureGroup("fleet-1", ["GroupDesiredCapacity"], size)).toEqual([
    {
      metric: {
        namespace: "AWS/AutoScaling",
        name: "GroupDesiredCapacity",
        dimensions: [{ name: "AutoScalingGroupName", value: "fleet-1" }],
      },
      value: 1,
    },
  ]);
});
