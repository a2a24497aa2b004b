/** An Auto Scaling group that runs, as AWS's own client sees it. */
import type { AutoScaling, Instance } from "@aws-sdk/client-auto-scaling";
import { eventually } from "./eventually";

/** In ms: a launch, its warm-up and the draining of another instance take less than ten minutes of a region's clock. */
const patience = 120_000;

export async function instancesOf(autoScaling: AutoScaling, groupName: string): Promise<Instance[]> {
  const names = { AutoScalingGroupNames: [groupName] };
  const { AutoScalingGroups } = await autoScaling.describeAutoScalingGroups(names);
  return AutoScalingGroups?.[0]?.Instances ?? [];
}

/** Resolves once so many instances are in service, and there are no others. */
export async function settledAt(autoScaling: AutoScaling, groupName: string, size: number): Promise<void> {
  await eventually(
    `${size} instances are in service, and no others`,
    async () => {
      const all = await instancesOf(autoScaling, groupName);
      return all.length === size && all.every(({ LifecycleState }) => LifecycleState === "InService");
    },
    patience,
  );
}

/** Sets the desired capacity, and waits until the group has it. */
export async function resize(autoScaling: AutoScaling, groupName: string, size: number): Promise<void> {
  await autoScaling.setDesiredCapacity({ AutoScalingGroupName: groupName, DesiredCapacity: size });
  await settledAt(autoScaling, groupName, size);
}
