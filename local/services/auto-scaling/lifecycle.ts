/** Takes a group's instances from launch to termination and logs each step as an activity. */
import { once, setMaxListeners } from "node:events";
import { resourceId } from "../../identifiers";
import { description, launchFailure } from "./activity";
import type { Activity, ActivityLog, TimedCause } from "./activity-log";
import { launchBackOff } from "./back-off";
import type { GroupInstance } from "./instance";
import type { GroupContext } from "./instance-launcher";
import type { ScalingProcess } from "./scaling-processes";
import type { GroupSettings } from "./settings";
import { attachmentState, type AttachmentState } from "./target-group-attachments";

function launchTags({ name, tags }: GroupSettings): Record<string, string> {
  const propagated = tags.filter(({ propagateAtLaunch }) => propagateAtLaunch);
  return {
    ...Object.fromEntries(propagated.map(({ key, value }) => [key, value])),
    "aws:autoscaling:groupName": name,
  };
}

/** A group's settings as they are at the moment. */
export interface CurrentSettings extends GroupSettings {
  suspendedProcesses: ReadonlySet<ScalingProcess>;
}

export class Lifecycle {
  readonly instances = new Map<string, GroupInstance>();
  /** Launches in progress, by instance; they never reject. */
  private readonly launches = new Map<string, Promise<void>>();
  private readonly closing = new AbortController();
  /** Detached target groups from which instances still drain. */
  private readonly removing = new Map<string, Promise<unknown>>();
  private failedLaunches = 0;
  /** No launches before this time. */
  private backOffUntil = 0;

  constructor(
    private readonly context: GroupContext,
    private readonly log: ActivityLog,
    private readonly settings: () => CurrentSettings,
  ) {
    // Each instance that is draining listens.
    setMaxListeners(0, this.closing.signal);
  }

  /** False during the back-off after a failed launch. */
  get canLaunch(): boolean {
    return this.context.clock.now() >= this.backOffUntil;
  }

  /** Allows launches at once, because something has changed that may help. */
  clearBackOff(): void {
    this.backOffUntil = 0;
  }

  /** Resolves once the launch has succeeded or failed; the activity log says which. */
  launch(subnetId: string, causes: readonly TimedCause[]): Promise<void> {
    const settings = this.settings();
    const { clock } = this.context;
    const launchTemplate = { id: settings.launchTemplate.id, version: this.versionToLaunch(settings) };
    const instance: GroupInstance = {
      instanceId: resourceId("i"),
      subnetId,
      availabilityZone: this.context.availabilityZoneOf(subnetId) ?? "",
      launchTemplateId: launchTemplate.id,
      launchTemplateVersion: launchTemplate.version,
      protectedFromScaleIn: settings.newInstancesProtectedFromScaleIn,
      lifecycleState: "Pending",
      launchedAt: clock.now(),
    };
    const { instanceId } = instance;
    this.instances.set(instanceId, instance);
    const activity = this.log.begin(description.launch(instanceId), causes, instance);
    const launching = this.context
      .launch({ instanceId, name: settings.label, subnetId, launchTemplate, tags: launchTags(settings) })
      .then(
        address => {
          this.failedLaunches = 0;
          this.log.succeed(activity);
          // Terminated while booting: never enters service.
          if (instance.lifecycleState !== "Pending") return;
          instance.lifecycleState = "InService";
          instance.inServiceAt = clock.now();
          instance.privateIpAddress = address;
          if (!this.settings().suspendedProcesses.has("AddToLoadBalancer")) this.register(instance);
        },
        (error: unknown) => {
          this.instances.delete(instanceId);
          this.backOffUntil = clock.now() + launchBackOff(++this.failedLaunches);
          const message = launchFailure((error as Error).message);
          activity.description = description.failedLaunch(message);
          this.log.fail(activity, message);
        },
      )
      .finally(() => this.launches.delete(instanceId));
    this.launches.set(instanceId, launching);
    return launching;
  }

  /** Takes an instance out of service, drains and terminates it; `done` resolves afterwards and never rejects. */
  terminate(instance: GroupInstance, causes: readonly TimedCause[]) {
    instance.lifecycleState = "Terminating";
    const activity = this.log.begin(description.termination(instance.instanceId), causes, instance);
    return { activity, done: this.drainAndTerminate(instance.instanceId, activity) };
  }

  /** Updates each instance with its health in the target groups and EC2. */
  observe(): void {
    const targets = this.targetGroups().flatMap(group => group.describe());
    const health = new Map(targets.map(({ target, targetHealth }) => [target.id, targetHealth.state]));
    // Unhealthy in one of several target groups is unhealthy.
    for (const { target, targetHealth } of targets)
      if (targetHealth.state === "unhealthy") health.set(target.id, "unhealthy");
    for (const instance of this.instances.values()) {
      instance.targetHealth = health.get(instance.instanceId);
      if (instance.lifecycleState === "InService")
        instance.stopped = !this.context.isRunning(instance.instanceId);
    }
  }

  /** Moves instances in service from the previous target groups to the current ones. */
  updateTargetGroups(before: readonly string[]): void {
    const { targetGroupArns: now } = this.settings();
    const removed = before.filter(arn => !now.includes(arn));
    const added = now.filter(arn => !before.includes(arn));
    const inService = [...this.instances.values()].filter(each => each.lifecycleState === "InService");
    for (const arn of removed) this.detach(arn, inService);
    for (const instance of inService) this.register(instance, added);
  }

  /** Attached target groups, and those from which instances still drain. */
  targetGroupStates(): { arn: string; state: AttachmentState }[] {
    const { targetGroupArns } = this.settings();
    const instances = [...this.instances.values()];
    const attached = targetGroupArns.map(arn => {
      return { arn, state: attachmentState(this.context.targetGroup(arn), instances) };
    });
    const detached = [...this.removing.keys()].filter(arn => !targetGroupArns.includes(arn));
    return [...attached, ...detached.map(arn => ({ arn, state: "Removing" as const }))];
  }

  /** Terminates all instances at once, without draining, including those that boot. Resolves when none is left. */
  async close(): Promise<void> {
    this.closing.abort();
    const ids = [...this.instances.keys()];
    for (const instance of this.instances.values()) {
      instance.lifecycleState = "Terminating";
      void this.deregister(instance.instanceId);
    }
    const terminateAll = () => Promise.all(ids.map(id => this.context.terminate(id)));
    await terminateAll();
    // A launch that hadn't started to boot can be terminated only once it has settled.
    await Promise.all(this.launches.values());
    await terminateAll();
    this.instances.clear();
  }

  private detach(arn: string, instances: readonly GroupInstance[]): void {
    const drained = Promise.all(instances.map(({ instanceId }) => this.deregister(instanceId, [arn]))).then(
      () => {
        if (this.removing.get(arn) === drained) this.removing.delete(arn);
      },
    );
    this.removing.set(arn, drained);
  }

  /** 0 for a template that is gone: the launch then fails with EC2's own reason. */
  private versionToLaunch({ launchTemplate }: GroupSettings): number {
    if (typeof launchTemplate.version === "number") return launchTemplate.version;
    return this.context.currentVersion(launchTemplate.id, launchTemplate.version) ?? 0;
  }

  private async drainAndTerminate(instanceId: string, activity: Activity): Promise<void> {
    try {
      await this.launches.get(instanceId);
      if (this.targetGroups().length > 0) await this.drain(instanceId, activity);
      await this.context.terminate(instanceId);
      this.log.succeed(activity);
    } catch (error) {
      this.log.fail(activity, (error as Error).message);
    } finally {
      this.instances.delete(instanceId);
    }
  }

  private async drain(instanceId: string, activity: Activity): Promise<void> {
    const { description: original } = activity;
    activity.statusCode = "WaitingForELBConnectionDraining";
    activity.description = description.draining(instanceId);
    const { signal } = this.closing;
    const drained = new AbortController();
    const closed = signal.aborted || once(signal, "abort", { signal: drained.signal });
    await Promise.race([this.deregister(instanceId), closed]);
    drained.abort();
    activity.statusCode = "InProgress";
    activity.description = original;
  }

  private targetGroups(arns = this.settings().targetGroupArns) {
    return arns.flatMap(arn => this.context.targetGroup(arn) ?? []);
  }

  private register({ instanceId: id, privateIpAddress: address }: GroupInstance, arns?: string[]): void {
    if (address === undefined) return;
    for (const group of this.targetGroups(arns)) group.register({ id, address });
  }

  private async deregister(id: string, arns?: string[]): Promise<void> {
    await Promise.all(this.targetGroups(arns).map(group => group.deregister({ id })));
  }
}
