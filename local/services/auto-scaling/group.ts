/**
 * An Auto Scaling group of the region: carries out what the plan of `reconcile` and the policy of `track` say, on
 * the region's clock.
 */
import { EventEmitter, once, setMaxListeners } from "node:events";
import { because } from "./activity";
import { ActivityLog, type Activity, type Reason } from "./activity-log";
import { GroupCpu } from "./group-cpu";
import { measureGroup } from "./group-metrics";
import type { GroupInstance } from "./instance";
import { Lifecycle } from "./lifecycle";
import { eachMinute } from "../cloudwatch/metrics";
import type { ScalingPolicy } from "./policy";
import { reconcile } from "./reconcile";
import type { Refresh } from "./refresh";
import type { GroupSettings } from "./settings";
import type { Surroundings } from "./instance-launcher";
import { track, trackedMinutes } from "./target-tracking";

/** How often health and number of instances are looked at, in region milliseconds. */
const lookInterval = 10_000;

export class AutoScalingGroup {
  /** In region milliseconds. */
  readonly createdAt: number;
  readonly policies = new Map<string, ScalingPolicy>();
  private readonly log: ActivityLog;
  private readonly lifecycle: Lifecycle;
  private readonly cpu: GroupCpu;
  private readonly endings: (() => void)[];
  private readonly work = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly events = new EventEmitter();
  /** Why the desired capacity is what it is: told with the activities that follow from it. */
  private lastChange: Reason | undefined;
  private refresh: Refresh | undefined;

  constructor(
    private readonly surroundings: Surroundings,
    private settings: GroupSettings,
    private desired: number,
  ) {
    const { clock } = surroundings;
    this.createdAt = clock.now();
    setMaxListeners(0, this.closing.signal, this.events);
    this.log = new ActivityLog(settings.label, surroundings);
    this.lifecycle = new Lifecycle(surroundings, this.log, () => this.settings);
    this.cpu = new GroupCpu(surroundings, settings.name);
    this.lastChange = { at: clock.now(), what: because.groupCreated(desired) };
    this.look();
    this.endings = [
      clock.every(lookInterval, () => {
        this.look();
      }),
      eachMinute(clock, begin => {
        this.followUp(this.track(begin));
      }),
    ];
  }

  get name(): string {
    return this.settings.name;
  }

  /** The group's own size limits and the like. */
  get limits(): Readonly<GroupSettings> {
    return this.settings;
  }

  get desiredCapacity(): number {
    return this.desired;
  }

  get instances(): ReadonlyMap<string, GroupInstance> {
    return this.lifecycle.instances;
  }

  /** The latest first. */
  get activities(): readonly Activity[] {
    return this.log.activities;
  }

  /** UpdateAutoScalingGroup: a desired capacity beyond the new limits is moved to the nearer one. */
  configure(settings: GroupSettings, desiredCapacity = this.desired): void {
    const before = this.settings;
    this.settings = settings;
    this.lifecycle.changeTargetGroups(before.targetGroupArns);
    this.lifecycle.endPause();
    const { minSize: min, maxSize: max } = settings;
    const desired = Math.min(max, Math.max(min, desiredCapacity));
    if (desired === this.desired) this.look();
    else this.change(desired, because.groupUpdated(this.desired, { min, max, desired }));
  }

  /** @throws in the words of SetDesiredCapacity when the capacity is beyond the group's limits */
  setDesiredCapacity(to: number): void {
    const { minSize, maxSize } = this.settings;
    if (to < minSize || to > maxSize) {
      const limit = to < minSize ? `below min value ${minSize}` : `above max value ${maxSize}`;
      throw new RangeError(`New SetDesiredCapacity value ${to} is ${limit} for the AutoScalingGroup.`);
    }
    this.lifecycle.endPause();
    this.change(to, because.desiredCapacitySet(this.desired, to));
  }

  /**
   * TerminateInstanceInAutoScalingGroup; without a decrement another one takes its place. Undefined when the group has
   * no such instance.
   * @throws in AWS's words when a decrement would lead below the group's minimum
   */
  terminateInstance(instanceId: string, decrement: boolean): Activity | undefined {
    const instance = this.instances.get(instanceId);
    if (!instance || instance.lifecycleState === "Terminating") return undefined;
    const from = this.desired;
    const { minSize } = this.settings;
    if (decrement && from <= minSize) {
      throw new RangeError(
        `Currently, desiredSize equals minSize (${minSize}). Terminating instance without replacement will violate ` +
          "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
      );
    }
    if (decrement) this.desired = from - 1;
    const activity = this.end(instance, [
      because.userTerminated(instanceId, decrement ? { from, to: from - 1 } : undefined),
    ]);
    this.look();
    return activity;
  }

  /** StartInstanceRefresh: replaces every instance that there is now. One in progress gives way to it. */
  startInstanceRefresh(preferences: Omit<Refresh, "replaces">): void {
    this.refresh = { ...preferences, replaces: new Set(this.instances.keys()) };
    this.surroundings.report(`${this.settings.label}: an instance refresh has started`);
    this.look();
  }

  /** Resolves when the group is as wanted; rejects when it closes first, or when `wanted` throws. */
  async until(wanted: (group: this) => boolean): Promise<void> {
    const { signal } = this.closing;
    signal.throwIfAborted();
    while (!wanted(this)) await once(this.events, "change", { signal });
  }

  /** Ends the group with its instances, without draining: whoever closes it is not waiting for clients. */
  async close(): Promise<void> {
    this.closing.abort(new Error(`the Auto Scaling group ${this.name} is deleted`));
    for (const end of this.endings) end();
    await this.lifecycle.close();
    await Promise.all(this.work);
    this.cpu.close();
  }

  private look(): void {
    if (this.closing.signal.aborted) return;
    this.lifecycle.observe();
    this.endRefresh();
    const { terminate, launch } = reconcile(
      {
        ...this.settings,
        desiredCapacity: this.desired,
        subnets: this.settings.subnetIds.map(subnetId => ({
          subnetId,
          availabilityZone: this.surroundings.availabilityZoneOf(subnetId),
        })),
        instances: [...this.instances.values()],
        refresh: this.refresh,
      },
      this.surroundings.clock.now(),
    );
    for (const { instanceId, because: reasons } of terminate) {
      const instance = this.instances.get(instanceId);
      if (instance) this.end(instance, reasons);
    }
    const { mayLaunch } = this.lifecycle;
    for (const { subnetId, because: reasons } of mayLaunch ? launch : [])
      this.followUp(this.lifecycle.launch(subnetId, this.explained(reasons)));
    // It has been told, unless a launch still waits.
    if (mayLaunch || launch.length === 0) this.lastChange = undefined;
    this.events.emit("change");
  }

  private endRefresh(): void {
    if (!this.refresh || [...this.refresh.replaces].some(id => this.instances.has(id))) return;
    this.refresh = undefined;
    this.surroundings.report(`${this.settings.label}: the instance refresh was successful`);
  }

  private end(instance: GroupInstance, reasons: string[]): Activity {
    const { activity, done } = this.lifecycle.end(instance, this.explained(reasons));
    this.followUp(
      done.then(() => {
        this.cpu.forget(instance.instanceId);
      }),
    );
    return activity;
  }

  /** Looks again when something is done, and has `close` wait for it. */
  private followUp(action: Promise<void>): void {
    const work = action.finally(() => {
      this.work.delete(work);
      this.look();
    });
    this.work.add(work);
  }

  private change(to: number, what: string): void {
    this.desired = to;
    this.lastChange = { at: this.surroundings.clock.now(), what };
    this.look();
  }

  /** A change of the desired capacity explains every activity that it leads to, and none that comes of health. */
  private explained(reasons: string[]): Reason[] {
    const at = this.surroundings.clock.now();
    const follows = reasons.some(reason => reason.includes("desired and actual capacity"));
    return [...(this.lastChange && follows ? [this.lastChange] : []), ...reasons.map(what => ({ at, what }))];
  }

  private async track(begin: number): Promise<void> {
    const instances = [...this.instances.values()];
    const { name, enabledMetrics } = this.settings;
    const size = { ...this.settings, desiredCapacity: this.desired, instances };
    for (const { metric, value } of measureGroup(name, enabledMetrics, size))
      this.surroundings.metrics.put(metric, begin, value);
    const { warmupSeconds } = this.settings;
    const points = await this.cpu.measure(begin, trackedMinutes, { instances, warmupSeconds });
    if (this.closing.signal.aborted) return;
    for (const policy of this.policies.values()) {
      const group = {
        ...this.settings,
        desiredCapacity: this.desired,
        instances: [...this.instances.values()],
      };
      const { change } = track(points, policy.targetValue, group, this.surroundings.clock.now());
      if (!change) continue;
      const alarm = change.alarm === "AlarmHigh" ? policy.alarmHigh : policy.alarmLow;
      this.change(change.to, because.alarm(alarm, policy.name, change.from, change.to));
    }
  }
}
