/** A region in which nothing runs but a group, on a clock that the test moves. */
import { FakeClock } from "./fake-clock";
import type { Target } from "../local/services/elbv2/registration";
import type { TargetHealth } from "../local/services/elbv2/target-health";
import { AutoScalingGroup } from "../local/services/auto-scaling/group";
import { MetricStore } from "../local/services/cloudwatch/metrics";
import { targetTrackingPolicy } from "../local/services/auto-scaling/policy";
import type { GroupSettings } from "../local/services/auto-scaling/settings";
import type { LaunchRequest, GroupContext } from "../local/services/auto-scaling/instance-launcher";

/** Checks its targets after 10 s for the first time, and drains each for 30 s. */
export class FakeTargetGroup {
  readonly targets = new Map<string, { target: Target; state: TargetHealth["state"] }>();

  constructor(private readonly clock: FakeClock) {}

  register({ id, address }: Omit<Target, "port">): void {
    const target = { id, address, port: 8080 };
    const registered = { target, state: "initial" as TargetHealth["state"] };
    this.targets.set(target.id, registered);
    this.clock.after(10_000, () => {
      if (registered.state === "initial") registered.state = "healthy";
    });
  }

  async deregister({ id }: { id: string }): Promise<void> {
    const registered = this.targets.get(id);
    if (!registered) return;
    registered.state = "draining";
    await new Promise<void>(resolve => this.clock.after(30_000, resolve));
    this.targets.delete(id);
  }

  describe() {
    return [...this.targets.values()].map(({ target: { id, port }, state }) => ({
      target: { id, port },
      healthCheckPort: String(port),
      targetHealth: { state },
    }));
  }
}

/** How long a launch takes; copying the disk is its first part. */
const bootSeconds = 30;
const copySeconds = 10;

export class FakeGroupContext implements GroupContext {
  readonly clock = new FakeClock();
  readonly metrics = new MetricStore();
  /** Of every launch template. */
  latestVersion = 1;
  readonly reports: string[] = [];
  readonly targetGroups = new Map([["arn-1", new FakeTargetGroup(this.clock)]]);
  /** Instances being launched or running, by id. */
  readonly launched = new Map<string, LaunchRequest & { isRunning: boolean; meters: number }>();
  /** If set, every launch fails for this reason. */
  failure: string | undefined;
  /** The load on all instances together, in percent of one; undefined means there is no measurement. */
  load: number | undefined = 1;

  readonly report = (event: string) => void this.reports.push(event);

  availabilityZoneOf(subnetId: string): string {
    return `us-east-1${subnetId.at(-1) ?? ""}`;
  }

  /** As in a region, an instance can be terminated only once its disk is copied. */
  async launch(request: LaunchRequest): Promise<string> {
    const passed = (seconds: number) =>
      new Promise<void>(resolve => this.clock.after(seconds * 1000, resolve));
    const instance = { ...request, isRunning: false, meters: 0 };
    await passed(copySeconds);
    this.launched.set(request.instanceId, instance);
    await passed(bootSeconds - copySeconds);
    if (this.failure !== undefined || !this.launched.has(request.instanceId)) {
      this.launched.delete(request.instanceId);
      throw new Error(this.failure ?? "it was terminated while booting");
    }
    instance.isRunning = true;
    return `10.0.11.${10 + this.launched.size}`;
  }

  terminate(instanceId: string): Promise<void> {
    this.launched.delete(instanceId);
    return Promise.resolve();
  }

  isRunning(instanceId: string): boolean {
    return this.launched.get(instanceId)?.isRunning === true;
  }

  targetGroup(arn: string): FakeTargetGroup | undefined {
    return this.targetGroups.get(arn);
  }

  /** Like a real meter, it has no value in its first minute. */
  readonly currentVersion = (): number => this.latestVersion;

  cpuMeter(instanceId: string) {
    const instance = this.launched.get(instanceId);
    if (!instance) throw new Error(`${instanceId} is not running, so it can't be measured`);
    instance.meters++;
    let hasBegun = false;
    return {
      measure: () => {
        const serving = [...this.launched.values()].filter(({ isRunning }) => isRunning).length;
        const percent = this.load === undefined ? undefined : Math.min(100, this.load / serving);
        const measured = hasBegun ? percent : undefined;
        hasBegun = true;
        return Promise.resolve(measured);
      },
      stop: () => instance.meters--,
    };
  }

  /** Lets time pass, with all its consequences. */
  async run(minutes: number): Promise<void> {
    for (let seconds = 0; seconds < minutes * 60; seconds += 5) {
      this.clock.advance(5_000);
      await settled();
    }
  }
}

/** Resolves once everything that needs no time has happened. */
export const settled = () => new Promise<void>(resolve => setImmediate(resolve));

export const fleetSettings: GroupSettings = {
  name: "fleet-1234567",
  arn: "arn-of-the-group",
  label: "fleet",
  launchTemplate: { id: "lt-1", version: 1 },
  subnetIds: ["subnet-a", "subnet-b"],
  targetGroupArns: ["arn-1"],
  minSize: 0,
  maxSize: 3,
  warmupSeconds: 300,
  healthCheckType: "ELB",
  healthCheckGracePeriodSeconds: 60,
  defaultCooldown: 300,
  newInstancesProtectedFromScaleIn: false,
  terminationPolicies: ["Default"],
  enabledMetrics: [],
  tags: [],
};

/** The tutorial's fleet: 0 to 3 instances, initially one, held at 50 %. */
export function openGroup(settings: Partial<GroupSettings> = {}, desiredCapacity = 1) {
  const context = new FakeGroupContext();
  const all = { ...fleetSettings, ...settings };
  const group = new AutoScalingGroup(context, all, desiredCapacity);
  group.policies.set("cpu-target-tracking", {
    ...targetTrackingPolicy(all.name, "cpu-target-tracking", 50),
    alarmHigh: "TargetTracking-High",
    alarmLow: "TargetTracking-Low",
  });
  return { context, group };
}
