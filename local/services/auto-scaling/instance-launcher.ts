/** What an Auto Scaling group needs from the rest of the region: everything that involves processes, sockets or real time. */
import type { Clock } from "../../clock";
import type { CpuMeter } from "../../hosts/cpu";

export interface LaunchRequest {
  instanceId: string;
  /** Shown to users, and part of its folder's name. */
  name: string;
  subnetId: string;
  launchTemplate: LaunchTemplateVersion;
  /** Added to the launch template's tags. */
  tags: Record<string, string>;
}

export interface LaunchTemplateVersion {
  id: string;
  version: number;
}

/** As a group names it: the version may be whichever is the latest, or the default, at each launch. */
export interface GroupLaunchTemplate {
  id: string;
  version: number | "$Latest" | "$Default";
}

/** EC2 as seen by a group. */
export interface InstanceLauncher {
  /** Resolves to the instance's private address once it has booted; a failed launch leaves nothing behind. */
  launch(request: LaunchRequest): Promise<string>;
  /** Terminates an instance, even while it boots; no-op for an unknown one. */
  terminate(instanceId: string): Promise<void>;
  isRunning(instanceId: string): boolean;
  /** The number of a launch template's latest or default version; undefined for an unknown template. */
  readonly currentVersion: (launchTemplateId: string, which: "$Latest" | "$Default") => number | undefined;
  /** Undefined for an unknown subnet. */
  availabilityZoneOf(subnetId: string): string | undefined;
  cpuMeter(instanceId: string): Pick<CpuMeter, "measure" | "stop">;
}

/** A target's health state in Elastic Load Balancing. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** A target group as seen by a group that registers its instances there, at the target group's own port. */
export interface InstanceTargets {
  register(instance: { id: string; address: string }): void;
  /** Resolves once the instance has drained. */
  deregister(instance: { id: string }): Promise<void>;
  describe(): { target: { id: string }; targetHealth: { state: TargetState } }[];
}

export interface Metric {
  namespace: string;
  name: string;
  dimensions: readonly { name: string; value: string }[];
}

/** CloudWatch as seen by a group. A minute is identified by its start, in region milliseconds. */
export interface Metrics {
  put(metric: Metric, start: number, value: number): void;
  /** Averages of `count` minutes, ending with the one that starts at `start`; undefined where there is no data. */
  averages(metric: Metric, count: number, start: number): (number | undefined)[];
}

export interface GroupContext extends InstanceLauncher {
  readonly clock: Clock;
  readonly metrics: Metrics;
  report(event: string): void;
  targetGroup(arn: string): InstanceTargets | undefined;
}
