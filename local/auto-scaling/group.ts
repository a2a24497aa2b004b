/**
 * An Auto Scaling group of the region: carries out what the plan of `reconcile` and the policy of `track` say, on
 * the region's clock, and writes down each activity with its cause.
 */
import { randomUUID } from "node:crypto";
import { resourceId } from "../identifiers";
import { launch, terminate, type LaunchSpecification } from "../launch";
import type { TargetGroup } from "../load-balancer/target-group";
import type { Region } from "../region";
import { alarmName, because, cause, description } from "./activity";
import { CpuMeter } from "./cpu";
import { isWarm, type GroupInstance } from "./instance";
import { eachMinute, type Metric } from "./metrics";
import { reconcile } from "./reconcile";
import { track, trackedMinutes } from "./target-tracking";

export interface LaunchTemplate {
  specification: Omit<LaunchSpecification, "instanceId" | "name" | "subnetId" | "publicAddress">;
  version: number;
}

export interface GroupSettings {
  name: string;
  /** Of the resource, for people and for names of folders. */
  label: string;
  template: () => LaunchTemplate;
  subnetIds: string[];
  targetGroupArns: string[];
  /** The port that instances are registered with. */
  targetPort: number;
  minSize: number;
  maxSize: number;
  warmupSeconds: number;
  healthCheckType: "EC2" | "ELB";
  healthCheckGracePeriodSeconds: number;
}

export interface ScalingPolicy {
  name: string;
  targetValue: number;
  alarmHigh: string;
  alarmLow: string;
}

/** As DescribeScalingActivities lists it. */
export interface Activity {
  activityId: string;
  description: string;
  cause: string;
  /** In region milliseconds. */
  startTime: number;
  endTime?: number;
  statusCode: "InProgress" | "Successful" | "Failed";
  statusMessage?: string;
}

/** How often health and number of instances are looked at, in region milliseconds. */
const lookInterval = 10_000;

export class AutoScalingGroup {
  readonly instances = new Map<string, GroupInstance>();
  readonly activities: Activity[] = [];
  readonly policies = new Map<string, ScalingPolicy>();
  desiredCapacity: number;
  private readonly meters = new Map<string, CpuMeter>();
  private readonly endings: (() => void)[] = [];
  private readonly work = new Set<Promise<void>>();
  /** Why the desired capacity is what it is: told with the activities that follow from it. */
  private lastChange: { at: number; what: string } | undefined;
  private closed = false;

  constructor(
    private readonly region: Region,
    private settings: GroupSettings,
    desiredCapacity: number,
  ) {
    this.desiredCapacity = desiredCapacity;
    this.lastChange = { at: region.clock.now(), what: because.groupCreated(desiredCapacity) };
    this.endings.push(
      region.clock.every(lookInterval, () => {
        this.look();
      }),
      eachMinute(region.clock, begin => {
        this.track(this.measure(begin));
      }),
    );
    this.look();
  }

  get name(): string {
    return this.settings.name;
  }

  /** The group's own size limits and the like; its instances are looked at again at once. */
  get limits(): Readonly<GroupSettings> {
    return this.settings;
  }

  configure(settings: GroupSettings): void {
    this.settings = settings;
    this.look();
  }

  /** @throws in the words of SetDesiredCapacity when the capacity is beyond the group's limits */
  setDesiredCapacity(to: number): void {
    const { minSize, maxSize } = this.settings;
    if (to < minSize || to > maxSize) {
      const limit = to < minSize ? `below min value ${minSize}` : `above max value ${maxSize}`;
      throw new RangeError(`New SetDesiredCapacity value ${to} is ${limit} for the AutoScalingGroup.`);
    }
    this.change(to, because.desiredCapacitySet(this.desiredCapacity, to));
  }

  /** TerminateInstanceInAutoScalingGroup; without a decrement another one takes its place. */
  terminateInstance(instanceId: string, decrement: boolean): Activity | undefined {
    const instance = this.instances.get(instanceId);
    if (!instance || instance.lifecycleState === "Terminating") return undefined;
    const from = this.desiredCapacity;
    const shrinking = decrement ? { from, to: from - 1 } : undefined;
    if (decrement) this.desiredCapacity = from - 1;
    const activity = this.end(instance, [because.userTerminated(instanceId, shrinking)]);
    this.look();
    return activity;
  }

  /** Ends the group with its instances, without draining: whoever closes it is not waiting for clients. */
  async close(): Promise<void> {
    this.closed = true;
    for (const end of this.endings) end();
    await Promise.all(this.work);
    await Promise.all([...this.instances.keys()].map(instanceId => terminate(this.region, instanceId)));
    for (const instanceId of [...this.instances.keys()]) this.forget(instanceId);
  }

  private get targetGroups(): TargetGroup[] {
    return this.settings.targetGroupArns.flatMap(arn => this.region.targetGroups.get(arn)?.group ?? []);
  }

  private look(): void {
    if (this.closed) return;
    const { warmupSeconds, healthCheckType, healthCheckGracePeriodSeconds } = this.settings;
    this.observe();
    const plan = reconcile(
      {
        desiredCapacity: this.desiredCapacity,
        warmupSeconds,
        healthCheckType,
        healthCheckGracePeriodSeconds,
        subnets: this.settings.subnetIds.map(subnetId => ({
          subnetId,
          availabilityZone: this.region.vpc.subnets.get(subnetId)?.availabilityZone ?? "",
        })),
        instances: [...this.instances.values()],
      },
      this.region.clock.now(),
    );
    for (const { instanceId, because: reasons } of plan.terminate) {
      const instance = this.instances.get(instanceId);
      if (instance) this.end(instance, reasons);
    }
    for (const { subnetId, because: reasons } of plan.launch) this.begin(subnetId, reasons);
  }

  /** What the target groups and EC2 think of each instance now. */
  private observe(): void {
    const health = new Map(
      this.targetGroups.flatMap(group =>
        group.describe().map(({ target, targetHealth }) => [target.id, targetHealth.state]),
      ),
    );
    for (const instance of this.instances.values()) {
      instance.targetHealth = health.get(instance.instanceId);
      if (instance.lifecycleState === "InService")
        instance.gone = !this.region.hosts.has(instance.instanceId);
    }
  }

  private begin(subnetId: string, reasons: string[]): void {
    const { label, template, targetPort } = this.settings;
    const { specification, version } = template();
    const instance: GroupInstance = {
      instanceId: resourceId("i"),
      availabilityZone: this.region.vpc.subnets.get(subnetId)?.availabilityZone ?? "",
      launchTemplateVersion: version,
      lifecycleState: "Pending",
      launchedAt: this.region.clock.now(),
    };
    const { instanceId } = instance;
    this.instances.set(instanceId, instance);
    const activity = this.write(description.launch(instanceId), reasons);
    this.run(activity, async () => {
      try {
        const host = await launch(this.region, {
          ...specification,
          instanceId,
          name: label,
          subnetId,
          publicAddress: true,
        });
        const { privateIpAddress: address } = this.region.interface(host.options.interfaceId);
        for (const group of this.targetGroups) group.register({ id: instanceId, address, port: targetPort });
        instance.lifecycleState = "InService";
        instance.inServiceAt = this.region.clock.now();
      } catch (error) {
        this.forget(instanceId);
        throw error;
      }
    });
  }

  private end(instance: GroupInstance, reasons: string[]): Activity {
    const { instanceId } = instance;
    instance.lifecycleState = "Terminating";
    const activity = this.write(description.termination(instanceId), reasons);
    this.run(activity, async () => {
      await Promise.all(this.targetGroups.map(group => group.deregister(instanceId)));
      await terminate(this.region, instanceId);
      this.forget(instanceId);
    });
    return activity;
  }

  private run(activity: Activity, action: () => Promise<void>): void {
    const work = action()
      .then(
        () => {
          activity.statusCode = "Successful";
        },
        (error: unknown) => {
          activity.statusCode = "Failed";
          activity.statusMessage = (error as Error).message;
          this.region.report(
            `${this.settings.label}: ${activity.description} failed: ${activity.statusMessage}`,
          );
        },
      )
      .finally(() => {
        activity.endTime = this.region.clock.now();
        this.work.delete(work);
        this.look();
      });
    this.work.add(work);
  }

  private change(to: number, what: string): void {
    this.desiredCapacity = to;
    this.lastChange = { at: this.region.clock.now(), what };
    this.look();
  }

  private write(text: string, reasons: string[]): Activity {
    const at = this.region.clock.now();
    const since = this.lastChange;
    // A change of the desired capacity explains every activity that it leads to, and none that comes of health.
    const explained =
      since !== undefined && reasons.some(reason => reason.includes("desired and actual capacity"));
    const activity: Activity = {
      activityId: randomUUID(),
      description: text,
      cause: cause(
        [...(explained ? [since] : []), ...reasons.map(what => ({ at, what }))].map(({ at, what }) => ({
          at: this.region.wallClock(at),
          what,
        })),
      ),
      startTime: at,
      statusCode: "InProgress",
    };
    this.activities.unshift(activity);
    this.region.report(`${this.settings.label}: ${text}. ${activity.cause}`);
    return activity;
  }

  /** CPU of every instance over the minute that is just over; resolves to the latest points of the group's mean. */
  private async measure(begin: number): Promise<(number | undefined)[]> {
    const { metrics, clock } = this.region;
    const inService = [...this.instances.values()].filter(
      ({ lifecycleState }) => lifecycleState === "InService",
    );
    await Promise.all(
      inService.map(async instance => {
        const percent = await this.meterOf(instance.instanceId).measure();
        if (percent === undefined) return;
        metrics.put(cpuOf("InstanceId", instance.instanceId), begin, percent);
        if (isWarm(instance, this.settings.warmupSeconds, clock.now())) metrics.put(this.cpu, begin, percent);
      }),
    );
    return metrics.averages(this.cpu, trackedMinutes, begin);
  }

  private meterOf(instanceId: string): CpuMeter {
    const known = this.meters.get(instanceId);
    if (known) return known;
    const meter = new CpuMeter(() =>
      [...(this.region.hosts.get(instanceId)?.services.values() ?? [])].flatMap(({ pid }) => pid ?? []),
    );
    this.meters.set(instanceId, meter);
    return meter;
  }

  private forget(instanceId: string): void {
    this.instances.delete(instanceId);
    this.meters.get(instanceId)?.stop();
    this.meters.delete(instanceId);
  }

  private get cpu(): Metric {
    return cpuOf("AutoScalingGroupName", this.name);
  }

  private track(measured: Promise<(number | undefined)[]>): void {
    const work = measured.then(points => {
      this.work.delete(work);
      if (this.closed) return;
      for (const policy of this.policies.values()) {
        const { minSize, maxSize, warmupSeconds } = this.settings;
        const group = {
          minSize,
          maxSize,
          warmupSeconds,
          desiredCapacity: this.desiredCapacity,
          instances: [...this.instances.values()],
        };
        const { change } = track(points, policy.targetValue, group, this.region.clock.now());
        if (!change) continue;
        const alarm = change.alarm === "AlarmHigh" ? policy.alarmHigh : policy.alarmLow;
        this.change(change.to, because.alarm(alarm, policy.name, change.from, change.to));
      }
    });
    this.work.add(work);
  }
}

function cpuOf(dimension: "InstanceId" | "AutoScalingGroupName", value: string): Metric {
  return { namespace: "AWS/EC2", name: "CPUUtilization", dimension: { name: dimension, value } };
}

export function targetTrackingPolicy(group: string, name: string, targetValue: number): ScalingPolicy {
  const uuid = randomUUID();
  return {
    name,
    targetValue,
    alarmHigh: alarmName(group, "AlarmHigh", uuid),
    alarmLow: alarmName(group, "AlarmLow", uuid),
  };
}
