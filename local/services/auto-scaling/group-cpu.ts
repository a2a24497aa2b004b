/** CPU of a group's instances, minute by minute, into the region's metrics. */
import { isWarm, type GroupInstance } from "./instance";
import type { CpuMeter, GroupContext, Metric } from "./instance-launcher";

export class GroupCpu {
  private readonly meters = new Map<string, CpuMeter>();

  constructor(
    private readonly context: Pick<GroupContext, "clock" | "metrics" | "cpuMeter">,
    private readonly groupName: string,
  ) {}

  /**
   * Measures what is in service over the minute that is just over, and no instance in its first one. Resolves to the
   * latest `count` points of the group's mean, over its warm instances.
   */
  async measure(
    begin: number,
    count: number,
    { instances, warmupSeconds }: { instances: readonly GroupInstance[]; warmupSeconds: number },
  ): Promise<(number | undefined)[]> {
    const { metrics, clock } = this.context;
    const inService = instances.filter(({ lifecycleState }) => lifecycleState === "InService");
    const now = clock.now();
    await Promise.all(
      inService.map(async instance => {
        const percent = await this.meterOf(instance.instanceId).measure();
        if (percent === undefined) return;
        metrics.put(cpuOf("InstanceId", instance.instanceId), begin, percent);
        if (isWarm(instance, warmupSeconds, now)) metrics.put(this.metric, begin, percent);
      }),
    );
    return metrics.averages(this.metric, count, begin);
  }

  forget(instanceId: string): void {
    this.meters.get(instanceId)?.stop();
    this.meters.delete(instanceId);
  }

  close(): void {
    for (const meter of this.meters.values()) meter.stop();
    this.meters.clear();
  }

  private get metric(): Metric {
    return cpuOf("AutoScalingGroupName", this.groupName);
  }

  private meterOf(instanceId: string) {
    const known = this.meters.get(instanceId);
    if (known) return known;
    const meter = this.context.cpuMeter(instanceId);
    this.meters.set(instanceId, meter);
    return meter;
  }
}

function cpuOf(dimension: "InstanceId" | "AutoScalingGroupName", value: string): Metric {
  return { namespace: "AWS/EC2", name: "CPUUtilization", dimension: { name: dimension, value } };
}
