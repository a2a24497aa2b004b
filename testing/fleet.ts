/** A region with what an Auto Scaling group needs: two subnets, a target group and a launch template. */
import type { CreateAutoScalingGroupType } from "@aws-sdk/client-auto-scaling";
import { amazonLinux2023 } from "../local/services/ec2/image";
import { make, openRegion, samples, type Made } from "./sample-resources";

const needed = ["vpc", "subnet-1", "subnet-2", "group", "key", "pair", "balancer", "template"];

/** Instances launch from a bare image: they boot, and run nothing. */
export async function openFleet() {
  const { region, resources, clock, events } = await openRegion();
  const made: Made = { image: { id: amazonLinux2023, outputs: {} } };
  for (const sample of samples()) {
    if (!needed.includes(sample.name) || sample.type === "aws:lb/loadBalancer:LoadBalancer") continue;
    await make(resources, sample, made);
  }
  const id = (name: string) => made[name]?.id ?? "";
  const { autoScaling } = region.calls;
  const createGroup = (input: Partial<CreateAutoScalingGroupType> = {}) =>
    autoScaling.CreateAutoScalingGroup({
      AutoScalingGroupName: "fleet",
      LaunchTemplate: { LaunchTemplateId: id("template"), Version: "1" },
      MinSize: 0,
      MaxSize: 3,
      VPCZoneIdentifier: `${id("subnet-1")},${id("subnet-2")}`,
      ...input,
    });
  const group = () => {
    const found = region.autoScaling.groups.get("fleet");
    if (!found) throw new Error("there is no group named fleet");
    return found;
  };
  const describeGroup = async () => {
    const names = { AutoScalingGroupNames: ["fleet"] };
    const { AutoScalingGroups } = await autoScaling.DescribeAutoScalingGroups(names);
    return AutoScalingGroups[0];
  };
  /** Resolves to the ids of the instances in service once there are so many. */
  const inService = async (count: number): Promise<string[]> => {
    const ids = () =>
      [...group().instances.values()].flatMap(({ instanceId, lifecycleState }) =>
        lifecycleState === "InService" ? [instanceId] : [],
      );
    await group().until(() => ids().length === count);
    return ids();
  };
  return {
    region,
    resources,
    clock,
    events,
    autoScaling,
    id,
    targetGroupArn: id("balancer"),
    createGroup,
    group,
    describeGroup,
    inService,
  };
}

export type Fleet = Awaited<ReturnType<typeof openFleet>>;
