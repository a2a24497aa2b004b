/** The instances of a group from launch to termination, each step in the activity log. */
import { once } from "node:events";
import { resourceId } from "../../identifiers";
import { description, launchFailure } from "./activity";
import type { Activity, ActivityLog, TimedCause } from "./activity-log";
import { launchBackOff } from "./back-off";
import type { GroupInstance } from "./instance";
import type { GroupSettings } from "./settings";
import type { GroupContext } from "./instance-launcher";

/** What tells whose instance it is, and the group's tags that are meant for its instances. */
function launchedTags({ name, tags }: GroupSettings): Record<string, string> {
  const propagated = tags.filter(({ propagateAtLaunch }) => propagateAtLaunch);
  return {
    ...Object.fromEntries(propagated.map(({ key, value }) => [key, value])),
    "aws:autoscaling:groupName": name,
  };
}

export class Lifecycle {
  readonly instances = new Map<string, GroupInstance>();
  /** Launches under way, by instance; none of them rejects. */
  private readonly launches = new Map<string, Promise<void>>();
  private readonly closing = new AbortController();
  private failedLaunches = 0;
  /** No launch before this time. */
  private launchAfter = 0;

  constructor(
    private readonly context: GroupContext,
    private readonly log: ActivityLog,
    private readonly settings: () => GroupSettings,
  ) {}

  /** Whether no pause after a failed launch is under way. */
  get mayLaunch(): boolean {
    return this.context.clock.now() >= this.launchAfter;
  }

  /** Ends such a pause: something has changed that may help. */
  endPause(): void {
    this.launchAfter = 0;
  }

  /** Resolves when it is launched, or has failed, which stands in the activity log. */
  launch(subnetId: string, causes: readonly TimedCause[]): Promise<void> {
    const { label: name, launchTemplate } = this.settings();
    const { clock } = this.context;
    const instance: GroupInstance = {
      instanceId: resourceId("i"),
      subnetId,
      availabilityZone: this.context.availabilityZoneOf(subnetId) ?? "",
      launchTemplateVersion: launchTemplate.version,
      lifecycleState: "Pending",
      launchedAt: clock.now(),
    };
    const { instanceId } = instance;
    this.instances.set(instanceId, instance);
    const activity = this.log.begin(description.launch(instanceId), causes, instance);
    const launching = this.context
      .launch({ instanceId, name, subnetId, launchTemplate, tags: launchedTags(this.settings()) })
      .then(
        address => {
          this.failedLaunches = 0;
          this.log.succeed(activity);
          // Ended while it booted, it never comes into service.
          if (instance.lifecycleState !== "Pending") return;
          Object.assign(instance, {
            lifecycleState: "InService",
            inServiceAt: clock.now(),
            privateIpAddress: address,
          });
          this.register(instance);
        },
        (error: unknown) => {
          this.instances.delete(instanceId);
          this.launchAfter = clock.now() + launchBackOff(++this.failedLaunches);
          const message = launchFailure((error as Error).message);
          activity.description = description.failedLaunch(message);
          this.log.fail(activity, message);
        },
      )
      .finally(() => this.launches.delete(instanceId));
    this.launches.set(instanceId, launching);
    return launching;
  }

  /** Takes an instance out of service, lets it drain, and terminates it; `done` resolves then, and never rejects. */
  end(instance: GroupInstance, causes: readonly TimedCause[]): { activity: Activity; done: Promise<void> } {
    instance.lifecycleState = "Terminating";
    const activity = this.log.begin(description.termination(instance.instanceId), causes, instance);
    return { activity, done: this.terminate(instance.instanceId, activity) };
  }

  /** What the target groups and EC2 think of each instance now. */
  observe(): void {
    const health = new Map(
      this.targetGroups().flatMap(group =>
        group.describe().map(({ target, targetHealth }) => [target.id, targetHealth.state]),
      ),
    );
    for (const instance of this.instances.values()) {
      instance.targetHealth = health.get(instance.instanceId);
      if (instance.lifecycleState === "InService")
        instance.gone = !this.context.isRunning(instance.instanceId);
    }
  }

  /** Moves what is in service to the target groups that the settings name by now. */
  changeTargetGroups(before: readonly string[]): void {
    const { targetGroupArns: now } = this.settings();
    for (const instance of this.instances.values()) {
      if (instance.lifecycleState !== "InService") continue;
      void this.deregister(
        instance.instanceId,
        before.filter(arn => !now.includes(arn)),
      );
      this.register(
        instance,
        now.filter(arn => !before.includes(arn)),
      );
    }
  }

  /** Ends all instances at once: nothing drains, and a boot is cut short. Resolves when none of them is left. */
  async close(): Promise<void> {
    this.closing.abort();
    const ids = [...this.instances.keys()];
    for (const instance of this.instances.values()) {
      instance.lifecycleState = "Terminating";
      void this.deregister(instance.instanceId);
    }
    const endAll = () => Promise.all(ids.map(id => this.context.terminate(id)));
    await endAll();
    // Those that had not even begun to boot.
    await Promise.all(this.launches.values());
    await endAll();
    this.instances.clear();
  }

  private async terminate(instanceId: string, activity: Activity): Promise<void> {
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
    const { description: whole } = activity;
    activity.statusCode = "WaitingForELBConnectionDraining";
    activity.description = description.draining(instanceId);
    const { signal } = this.closing;
    const over = new AbortController();
    const closed = signal.aborted || once(signal, "abort", { signal: over.signal });
    await Promise.race([this.deregister(instanceId), closed]);
    over.abort();
    activity.statusCode = "InProgress";
    activity.description = whole;
  }

  private targetGroups(arns = this.settings().targetGroupArns) {
    return arns.flatMap(arn => this.context.targetGroup(arn) ?? []);
  }

  private register({ instanceId: id, privateIpAddress: address }: GroupInstance, arns?: string[]): void {
    if (address === undefined) return;
    for (const group of this.targetGroups(arns))
      group.register({ id, address, port: this.settings().targetPort });
  }

  private async deregister(id: string, arns?: string[]): Promise<void> {
    await Promise.all(this.targetGroups(arns).map(group => group.deregister(id)));
  }
}
