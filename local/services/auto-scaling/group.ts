/**
 * An Auto Scaling group: carries out the plans of `reconcile` and the capacity changes of `track` on the region's
 * clock.
 */
import { EventEmitter, once, setMaxListeners } from "node:events";
import type { Cause } from "./activity";
import { validationError } from "../../api/aws-error";
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

/** How often the group checks the health and number of its instances, in region milliseconds. */
const reconcileInterval = 10_000;

export class AutoScalingGroup {
  /** In region milliseconds. */
  readonly createdAt: number;
  readonly policies = new Map<string, ScalingPolicy>();
  private readonly log: ActivityLog;
  private readonly lifecycle: Lifecycle;
  private readonly cpu: GroupCpu;
  private readonly cancelTimers: (() => void)[];
  private readonly inProgress = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly events = new EventEmitter();
  /** Why the desired capacity last changed; a cause of the activities that follow from it. */
  private capacityChange: TimedCause | undefined;
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
    this.capacityChange = { at: clock.now(), cause: { kind: "groupCreated", desired } };
    this.reconcile();
    this.cancelTimers = [
      clock.every(reconcileInterval, () => this.reconcile()),
      eachMinute(clock, start => this.reconcileAfter(this.track(start))),
    ];
  }

  get name(): string {
    return this.current.name;
  }

  get settings(): Readonly<GroupSettings> {
    return this.current;
  }

  get desiredCapacity(): number {
    return this.desired;
  }

  get instances(): ReadonlyMap<string, GroupInstance> {
    return this.lifecycle.instances;
  }

  /** Latest first. */
  get activities(): readonly Activity[] {
    return this.log.activities;
  }

  /** UpdateAutoScalingGroup; clamps the desired capacity to the new limits. */
  configure(settings: GroupSettings, desiredCapacity = this.desired): void {
    const before = this.current;
    this.current = settings;
    this.lifecycle.updateTargetGroups(before.targetGroupArns);
    this.lifecycle.clearBackOff();
    const { minSize: min, maxSize: max } = settings;
    const desired = Math.min(max, Math.max(min, desiredCapacity));
    if (desired === this.desired) this.reconcile();
    else this.changeCapacity(desired, { kind: "groupUpdated", from: this.desired, min, max, desired });
  }

  /** @throws AwsError if the capacity exceeds the group's limits */
  setDesiredCapacity(to: number): void {
    const { minSize, maxSize } = this.current;
    if (to < minSize || to > maxSize) {
      const limit = to < minSize ? `below min value ${minSize}` : `above max value ${maxSize}`;
      throw validationError(`New SetDesiredCapacity value ${to} is ${limit} for the AutoScalingGroup.`);
    }
    this.lifecycle.clearBackOff();
    this.changeCapacity(to, { kind: "desiredCapacitySet", from: this.desired, to });
  }

  /**
   * TerminateInstanceInAutoScalingGroup; without a decrement, the instance is replaced. Undefined for an unknown or
   * terminating instance.
   * @throws AwsError if a decrement would take the group below its minimum size
   */
  terminateInstance(instanceId: string, decrement: boolean): Activity | undefined {
    const instance = this.instances.get(instanceId);
    if (!instance || instance.lifecycleState === "Terminating") return undefined;
    const from = this.desired;
    const { minSize } = this.current;
    if (decrement && from <= minSize)
      throw validationError(
        `Currently, desiredSize equals minSize (${minSize}). Terminating instance without replacement will violate ` +
          "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
      );
    if (decrement) this.desired = from - 1;
    const shrinking = decrement ? { from, to: from - 1 } : undefined;
    const activity = this.terminate(instance, [{ kind: "userTerminated", instanceId, shrinking }]);
    this.reconcile();
    return activity;
  }

  /** StartInstanceRefresh: replaces all current instances, superseding any refresh in progress. */
  startInstanceRefresh(preferences: Omit<Refresh, "replaces">): void {
    this.refresh = { ...preferences, replaces: new Set(this.instances.keys()) };
    this.context.report(`${this.current.label}: instance refresh started`);
    this.reconcile();
  }

  /** Resolves once the condition holds; rejects if it throws or the group closes first. */
  async until(condition: (group: this) => boolean): Promise<void> {
    const { signal } = this.closing;
    signal.throwIfAborted();
    while (!condition(this)) await once(this.events, "change", { signal });
  }

  /** Stops the group and terminates its instances without draining. */
  async close(): Promise<void> {
    this.closing.abort(new Error(`the Auto Scaling group ${this.name} has been deleted`));
    for (const cancel of this.cancelTimers) cancel();
    await this.lifecycle.close();
    await Promise.all(this.inProgress);
    this.cpu.close();
  }

  private get snapshot() {
    return { ...this.current, desiredCapacity: this.desired, instances: [...this.instances.values()] };
  }

  private reconcile(): void {
    if (this.closing.signal.aborted) return;
    this.lifecycle.observe();
    this.completeRefresh();
    const { terminate, launch } = reconcile(
      {
        ...this.snapshot,
        subnets: this.current.subnetIds.map(subnetId => ({
          subnetId,
          // A launch into a deleted subnet fails on its own.
          availabilityZone: this.context.availabilityZoneOf(subnetId) ?? "",
        })),
        refresh: this.refresh,
      },
      this.context.clock.now(),
    );
    for (const { instanceId, causes } of terminate) {
      const instance = this.instances.get(instanceId);
      if (instance) this.terminate(instance, causes);
    }
    const { canLaunch } = this.lifecycle;
    for (const { subnetId, causes } of canLaunch ? launch : [])
      this.reconcileAfter(this.lifecycle.launch(subnetId, this.withCapacityChange(causes)));
    // The activities above have recorded it, unless launches are still held back.
    if (canLaunch || launch.length === 0) this.capacityChange = undefined;
    this.events.emit("change");
  }

  private completeRefresh(): void {
    if (!this.refresh || [...this.refresh.replaces].some(id => this.instances.has(id))) return;
    this.refresh = undefined;
    this.context.report(`${this.current.label}: instance refresh succeeded`);
  }

  private terminate(instance: GroupInstance, causes: Cause[]): Activity {
    const { activity, done } = this.lifecycle.terminate(instance, this.withCapacityChange(causes));
    this.reconcileAfter(done.then(() => this.cpu.forget(instance.instanceId)));
    return activity;
  }

  /** Reconciles once the work is done; `close` waits for it. */
  private reconcileAfter(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.inProgress.delete(tracked);
      this.reconcile();
    });
    this.inProgress.add(tracked);
  }

  private changeCapacity(to: number, cause: Cause): void {
    this.desired = to;
    this.capacityChange = { at: this.context.clock.now(), cause };
    this.reconcile();
  }

  /** Timestamps the causes; prepends the last capacity change if they follow from it rather than from health. */
  private withCapacityChange(causes: Cause[]): TimedCause[] {
    const at = this.context.clock.now();
    const followsChange = causes.some(({ kind }) => kind === "shortage" || kind === "excess");
    return [
      ...(this.capacityChange && followsChange ? [this.capacityChange] : []),
      ...causes.map(cause => ({ at, cause })),
    ];
  }

  private async track(start: number): Promise<void> {
    const { name, enabledMetrics } = this.current;
    for (const { metric, value } of measureGroup(name, enabledMetrics, this.snapshot))
      this.context.metrics.put(metric, start, value);
    const points = await this.cpu.measure(start, trackedMinutes, this.snapshot);
    if (this.closing.signal.aborted) return;
    for (const policy of this.policies.values()) {
      const { change } = track(points, policy.targetValue, this.snapshot, this.context.clock.now());
      if (!change) continue;
      const { from, to } = change;
      const alarm = change.alarm === "AlarmHigh" ? policy.alarmHigh : policy.alarmLow;
      this.changeCapacity(to, { kind: "alarm", alarm, policy: policy.name, from, to });
    }
  }
}
