/**
 * An Auto Scaling group of the region: carries out what the plan of `reconcile` and the policy of `track` say, on
 * the region's clock.
 */
import { EventEmitter, once, setMaxListeners } from "node:events";
import type { Cause } from "./activity";
import { AwsError } from "../../api/aws-error";
import { eachMinute } from "../../clock";
import { ActivityLog, type Activity, type TimedCause } from "./activity-log";
import { GroupCpu } from "./group-cpu";
import { measureGroup } from "./group-metrics";
import type { GroupInstance } from "./instance";
import { Lifecycle } from "./lifecycle";
import type { ScalingPolicy } from "./policy";
import { reconcile } from "./reconcile";
import type { Refresh } from "./refresh";
import type { GroupSettings } from "./settings";
import type { GroupContext } from "./instance-launcher";
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
  private lastChange: TimedCause | undefined;
  private refresh: Refresh | undefined;

  constructor(
    private readonly context: GroupContext,
    private current: GroupSettings,
    private desired: number,
  ) {
    const { clock } = context;
    this.createdAt = clock.now();
    setMaxListeners(0, this.closing.signal, this.events);
    this.log = new ActivityLog(current.label, context);
    this.lifecycle = new Lifecycle(context, this.log, () => this.current);
    this.cpu = new GroupCpu(context, current.name);
    this.lastChange = { at: clock.now(), cause: { kind: "groupCreated", desired } };
    this.reconcile();
    this.endings = [
      clock.every(lookInterval, () => {
        this.reconcile();
      }),
      eachMinute(clock, begin => {
        this.followUp(this.track(begin));
      }),
    ];
  }

  get name(): string {
    return this.current.name;
  }

  /** The group's own size limits and the like. */
  get settings(): Readonly<GroupSettings> {
    return this.current;
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
    const before = this.current;
    this.current = settings;
    this.lifecycle.changeTargetGroups(before.targetGroupArns);
    this.lifecycle.endPause();
    const { minSize: min, maxSize: max } = settings;
    const desired = Math.min(max, Math.max(min, desiredCapacity));
    if (desired === this.desired) this.reconcile();
    else this.change(desired, { kind: "groupUpdated", from: this.desired, min, max, desired });
  }

  /** @throws AwsError when the capacity is beyond the group's limits */
  setDesiredCapacity(to: number): void {
    const { minSize, maxSize } = this.current;
    if (to < minSize || to > maxSize) {
      const limit = to < minSize ? `below min value ${minSize}` : `above max value ${maxSize}`;
      throw new AwsError(
        "ValidationError",
        `New SetDesiredCapacity value ${to} is ${limit} for the AutoScalingGroup.`,
      );
    }
    this.lifecycle.endPause();
    this.change(to, { kind: "desiredCapacitySet", from: this.desired, to });
  }

  /**
   * TerminateInstanceInAutoScalingGroup; without a decrement another one takes its place. Undefined when the group has
   * no such instance.
   * @throws AwsError when a decrement would lead below the group's minimum
   */
  terminateInstance(instanceId: string, decrement: boolean): Activity | undefined {
    const instance = this.instances.get(instanceId);
    if (!instance || instance.lifecycleState === "Terminating") return undefined;
    const from = this.desired;
    const { minSize } = this.current;
    if (decrement && from <= minSize) {
      throw new AwsError(
        "ValidationError",
        `Currently, desiredSize equals minSize (${minSize}). Terminating instance without replacement will violate ` +
          "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
      );
    }
    if (decrement) this.desired = from - 1;
    const shrinking = decrement ? { from, to: from - 1 } : undefined;
    const activity = this.end(instance, [{ kind: "userTerminated", instanceId, shrinking }]);
    this.reconcile();
    return activity;
  }

  /** StartInstanceRefresh: replaces every instance that there is now. One in progress gives way to it. */
  startInstanceRefresh(preferences: Omit<Refresh, "replaces">): void {
    this.refresh = { ...preferences, replaces: new Set(this.instances.keys()) };
    this.context.report(`${this.current.label}: an instance refresh has started`);
    this.reconcile();
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

  private reconcile(): void {
    if (this.closing.signal.aborted) return;
    this.lifecycle.observe();
    this.endRefresh();
    const { terminate, launch } = reconcile(
      {
        ...this.current,
        desiredCapacity: this.desired,
        subnets: this.current.subnetIds.map(subnetId => ({
          subnetId,
          // A launch into a subnet that is gone fails by itself.
          availabilityZone: this.context.availabilityZoneOf(subnetId) ?? "",
        })),
        instances: [...this.instances.values()],
        refresh: this.refresh,
      },
      this.context.clock.now(),
    );
    for (const { instanceId, causes } of terminate) {
      const instance = this.instances.get(instanceId);
      if (instance) this.end(instance, causes);
    }
    const { mayLaunch } = this.lifecycle;
    for (const { subnetId, causes } of mayLaunch ? launch : [])
      this.followUp(this.lifecycle.launch(subnetId, this.explained(causes)));
    // It has been told, unless a launch still waits.
    if (mayLaunch || launch.length === 0) this.lastChange = undefined;
    this.events.emit("change");
  }

  private endRefresh(): void {
    if (!this.refresh || [...this.refresh.replaces].some(id => this.instances.has(id))) return;
    this.refresh = undefined;
    this.context.report(`${this.current.label}: the instance refresh was successful`);
  }

  private end(instance: GroupInstance, causes: Cause[]): Activity {
    const { activity, done } = this.lifecycle.end(instance, this.explained(causes));
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
      this.reconcile();
    });
    this.work.add(work);
  }

  private change(to: number, cause: Cause): void {
    this.desired = to;
    this.lastChange = { at: this.context.clock.now(), cause };
    this.reconcile();
  }

  /** A change of the desired capacity explains every activity that it leads to, and none that comes of health. */
  private explained(causes: Cause[]): TimedCause[] {
    const at = this.context.clock.now();
    const follows = causes.some(({ kind }) => kind === "shortage" || kind === "excess");
    return [
      ...(this.lastChange && follows ? [this.lastChange] : []),
      ...causes.map(cause => ({ at, cause })),
    ];
  }

  private async track(begin: number): Promise<void> {
    const instances = [...this.instances.values()];
    const { name, enabledMetrics } = this.current;
    const size = { ...this.current, desiredCapacity: this.desired, instances };
    for (const { metric, value } of measureGroup(name, enabledMetrics, size))
      this.context.metrics.put(metric, begin, value);
    const { warmupSeconds } = this.current;
    const points = await this.cpu.measure(begin, trackedMinutes, { instances, warmupSeconds });
    if (this.closing.signal.aborted) return;
    for (const policy of this.policies.values()) {
      const group = {
        ...this.current,
        desiredCapacity: this.desired,
        instances: [...this.instances.values()],
      };
      const { change } = track(points, policy.targetValue, group, this.context.clock.now());
      if (!change) continue;
      const alarm = change.alarm === "AlarmHigh" ? policy.alarmHigh : policy.alarmLow;
      this.change(change.to, { kind: "alarm", alarm, policy: policy.name, from: change.from, to: change.to });
    }
  }
}
