/**
 * An Auto Scaling group: carries out the plans of `reconcile` and the capacity changes of `track` on the region's
 * clock.
 */
import { EventEmitter, once, setMaxListeners } from "node:events";
import type { Cause } from "./activity";
import { eachMinute } from "../../clock";
import { ActivityLog, type Activity, type TimedCause } from "./activity-log";
import { GroupCpu } from "./group-cpu";
import { measureGroup } from "./group-metrics";
import { failedCheck, inGracePeriod, type GroupInstance, type HealthCheck } from "./instance";
import type { GroupContext } from "./instance-launcher";
import {
  InstanceRefreshes,
  withWarmup,
  type InstanceRefresh,
  type RefreshRequest,
} from "./instance-refreshes";
import { Lifecycle } from "./lifecycle";
import type { NotificationType } from "./notifications";
import { evaluatePolicies, targetTrackingPolicy, type PolicySettings, type ScalingPolicy } from "./policy";
import { reconcile } from "./reconcile";
import { refusals } from "./refusals";
import type { ScalingProcess } from "./scaling-processes";
import type { GroupSettings } from "./settings";
import type { AttachmentState } from "./target-group-attachments";
import { trackedMinutes } from "./target-tracking";

/** How often the group checks the health and number of its instances, in region milliseconds. */
const reconcileInterval = 10_000;

export class AutoScalingGroup {
  /** In region milliseconds. */
  readonly createdAt: number;
  readonly policies = new Map<string, ScalingPolicy>();
  /** By process, when it was suspended. */
  readonly suspendedProcesses = new Map<ScalingProcess, number>();
  /** By the ARN of their topic; kept without effect, for nobody is told. */
  readonly notifications = new Map<string, readonly NotificationType[]>();
  readonly refreshes = new InstanceRefreshes();
  private readonly log: ActivityLog;
  private readonly lifecycle: Lifecycle;
  private readonly cpu: GroupCpu;
  private readonly cancelTimers: (() => void)[];
  private readonly inProgress = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly events = new EventEmitter();
  /** Why the desired capacity last changed; a cause of the activities that follow from it. */
  private capacityChange: TimedCause | undefined;

  constructor(
    private readonly context: GroupContext,
    private current: GroupSettings,
    private desired: number,
  ) {
    const { clock } = context;
    this.createdAt = clock.now();
    setMaxListeners(0, this.closing.signal, this.events);
    this.log = new ActivityLog(current.label, context);
    this.lifecycle = new Lifecycle(context, this.log, () => this.snapshot);
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

  /** Who found the instance unhealthy, if anybody did. */
  failedCheck(instance: GroupInstance): HealthCheck | undefined {
    return failedCheck(instance, this.snapshot, this.context.clock.now());
  }

  get isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  targetGroupStates(): { arn: string; state: AttachmentState }[] {
    return this.lifecycle.targetGroupStates();
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
    if (to < minSize) throw refusals.capacityBelowMin(to, minSize);
    if (to > maxSize) throw refusals.capacityAboveMax(to, maxSize);
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
    if (decrement && from <= minSize) throw refusals.decrementBelowMin(minSize);
    if (decrement) this.desired = from - 1;
    const shrinking = decrement ? { from, to: from - 1 } : undefined;
    const activity = this.terminate(instance, [{ kind: "userTerminated", instanceId, shrinking }]);
    this.reconcile();
    return activity;
  }

  /** SetInstanceHealth; in the grace period, an instance that is declared unhealthy is left alone if that is respected. */
  setInstanceHealth(instance: GroupInstance, healthy: boolean, respectGracePeriod: boolean): void {
    const { healthCheckGracePeriodSeconds } = this.current;
    const now = this.context.clock.now();
    const spared = respectGracePeriod && inGracePeriod(instance, healthCheckGracePeriodSeconds, now);
    if (!healthy && spared) return;
    instance.markedUnhealthy = !healthy;
    this.reconcile();
  }

  /** SetInstanceProtection. */
  protect(instances: readonly GroupInstance[], isProtected: boolean): void {
    for (const instance of instances) instance.protectedFromScaleIn = isProtected;
    this.reconcile();
  }

  /** Changes what concerns no instance that is already there. */
  amend(changes: Partial<Pick<GroupSettings, "tags" | "enabledMetrics">>): void {
    this.current = { ...this.current, ...changes };
  }

  /** PutScalingPolicy: a policy that exists keeps its id and its alarms. */
  putPolicy(name: string, settings: PolicySettings): ScalingPolicy {
    const now = this.context.clock.now();
    const created = targetTrackingPolicy(this.name, name, settings.targetValue, settings, now);
    const policy = { ...created, ...this.policies.get(name), ...settings, updatedAt: now };
    this.policies.set(name, policy);
    return policy;
  }

  suspend(processes: readonly ScalingProcess[]): void {
    const now = this.context.clock.now();
    for (const process of processes)
      this.suspendedProcesses.set(process, this.suspendedProcesses.get(process) ?? now);
  }

  resume(processes: readonly ScalingProcess[]): void {
    for (const process of processes) this.suspendedProcesses.delete(process);
    this.reconcile();
  }

  /**
   * StartInstanceRefresh: replaces all current instances, or those that differ from its launch template, superseding any
   * refresh in progress.
   */
  startInstanceRefresh(request: RefreshRequest): InstanceRefresh {
    const { clock, currentVersion } = this.context;
    const { id, version: which } = request.launchTemplate ?? this.current.launchTemplate;
    const version = typeof which === "number" ? which : currentVersion(id, which);
    const refresh = this.refreshes.start(request, this.instances.values(), { id, version }, clock.now());
    this.context.report(`${this.current.label}: instance refresh started`);
    this.reconcile();
    return refresh;
  }

  /** CancelInstanceRefresh. */
  cancelInstanceRefresh(refresh: InstanceRefresh, waitForTransitioningInstances: boolean): void {
    this.refreshes.cancel(refresh, waitForTransitioningInstances);
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
    const { launchTemplate } = this.refreshes.inProgress ?? {};
    return {
      ...this.current,
      ...(launchTemplate && { launchTemplate }),
      desiredCapacity: this.desired,
      instances: [...this.instances.values()],
      suspendedProcesses: new Set(this.suspendedProcesses.keys()),
    };
  }

  private reconcile(): void {
    if (this.closing.signal.aborted) return;
    this.lifecycle.observe();
    this.completeRefresh();
    const { inProgress } = this.refreshes;
    const { terminate, launch } = reconcile(
      {
        ...this.snapshot,
        warmupSeconds: this.current.warmupSeconds ?? 0,
        subnets: this.current.subnetIds.map(subnetId => ({
          subnetId,
          // A launch into a deleted subnet fails on its own.
          availabilityZone: this.context.availabilityZoneOf(subnetId) ?? "",
        })),
        refresh: inProgress && withWarmup(inProgress, this.current),
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
    const ended = this.refreshes.update([...this.instances.values()], this.context.clock.now());
    if (!ended) return;
    const { status, launchTemplate } = ended;
    if (status === "Successful" && launchTemplate) this.current = { ...this.current, launchTemplate };
    const outcome = { Successful: "succeeded", Failed: "failed", Cancelled: "cancelled" };
    this.context.report(`${this.current.label}: instance refresh ${outcome[status]}`);
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
    const { warmupSeconds = 0 } = this.current;
    const points = await this.cpu.measure(start, trackedMinutes, { ...this.snapshot, warmupSeconds });
    if (this.closing.signal.aborted) return;
    const now = this.context.clock.now();
    const change = evaluatePolicies([...this.policies.values()], points, this.snapshot, now);
    if (!change || this.suspendedProcesses.has("AlarmNotification")) return;
    this.changeCapacity(change.to, { kind: "alarm", ...change });
  }
}
