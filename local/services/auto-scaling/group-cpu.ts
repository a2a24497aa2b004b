/** Records the CPU of a group's instances in the region's metrics, once a minute. */
import { isWarm, type GroupInstance } from "./instance";
import type { GroupContext, Metric } from "./instance-launcher";

export class GroupCpu {
  private readonly meters = new Map<string, ReturnType<GroupContext["cpuMeter"]>>();

  constructor(
    private readonly context: Pick<GroupContext, "clock" | "metrics" | "cpuMeter">,
    private readonly groupName: string,
  ) {}

  /**
   * Records the past minute's CPU of every instance in service, except in an instance's first minute. Resolves to the
   * group's latest `count` averages over its warm instances, in percent; undefined where there is no data.
   * @param start of the past minute, in region milliseconds
   */
  async measure(
    start: number,
    count: number,
    { instances, warmupSeconds }: { instances: readonly GroupInstance[]; warmupSeconds: number },
  ): Promise<(number | undefined)[]> {
    const { metrics, clock } = this.context;
    const inService = instances.filter(({ lifecycleState }) => lifecycleState === "InService");
    const now = clock.now();
    const ofGroup = groupCpuMetric(this.groupName);
    await Promise.all(
      inService.map(async instance => {
        const percent = await this.meterOf(instance.instanceId).measure();
        if (percent === undefined) return;
        metrics.put(instanceCpuMetric(instance.instanceId), start, percent);
        if (isWarm(instance, warmupSeconds, now)) metrics.put(ofGroup, start, percent);
      }),
    );
    return metrics.averages(ofGroup, count, start);
  }

  forget(instanceId: string): void {
    this.meters.get(instanceId)?.stop();
    this.meters.delete(instanceId);
  }

  close(): void {
    for (const meter of this.meters.values()) meter.stop();
    this.meters.clear();
  }

  private meterOf(instanceId: string) {
    const meter = this.meters.get(instanceId) ?? this.context.cpuMeter(instanceId);
    this.meters.set(instanceId, meter);
    return meter;
  }
}

/** The average over a group's warm instances. */
export function groupCpuMetric(groupName: string): Metric {
  return cpuOf("AutoScalingGroupName", groupName);
}

export function instanceCpuMetric(instanceId: string): Metric {
  return cpuOf("InstanceId", instanceId);
}

function cpuOf(dimension: "InstanceId" | "AutoScalingGroupName", value: string): Metric {
  return { namespace: "AWS/EC2", name: "CPUUtilization", dimensions: [{ name: dimension, value }] };
}
