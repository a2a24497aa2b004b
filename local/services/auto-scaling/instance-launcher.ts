/** What an Auto Scaling group needs of the region around it: all that takes processes, sockets or real time. */
import type { Clock } from "../../clock";

export interface LaunchRequest {
  instanceId: string;
  /** For people, and in the name of its folder. */
  name: string;
  subnetId: string;
  launchTemplate: LaunchTemplateVersion;
  /** In addition to those of the launch template. */
  tags: Record<string, string>;
}

export interface LaunchTemplateVersion {
  id: string;
  version: number;
}

/** EC2, as a group sees it. */
export interface InstanceLauncher {
  /** Resolves to the instance's private address once it has booted; a failed launch leaves nothing behind. */
  launch(request: LaunchRequest): Promise<string>;
  /** Ends an instance, also one that boots; no-op for an unknown one. */
  terminate(instanceId: string): Promise<void>;
  isRunning(instanceId: string): boolean;
  /** Undefined for an unknown subnet. */
  availabilityZoneOf(subnetId: string): string | undefined;
  cpuMeter(instanceId: string): CpuMeter;
}

export interface CpuMeter {
  /** CPUUtilization since the last call, in percent; undefined the first time. */
  measure(): Promise<number | undefined>;
  stop(): void;
}

/** Elastic Load Balancing's opinion of a target. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** A target group, as a group that registers its instances there sees it. */
export interface InstanceTargets {
  register(target: { id: string; address: string; port: number }): void;
  /** Resolves once the target has drained. */
  deregister(id: string): Promise<void>;
  describe(): { target: { id: string }; targetHealth: { state: TargetState } }[];
}

export interface Metric {
  namespace: string;
  name: string;
  dimension: { name: string; value: string };
}

/** CloudWatch, as a group sees it. Minutes are named by their beginning, in region milliseconds. */
export interface Metrics {
  put(metric: Metric, begin: number, value: number): void;
  /** The means of the latest `count` minutes, the last of which begins at `begin`. */
  averages(metric: Metric, count: number, begin: number): (number | undefined)[];
}

export interface GroupContext extends InstanceLauncher {
  readonly clock: Clock;
  readonly metrics: Metrics;
  report(event: string): void;
  targetGroup(arn: string): InstanceTargets | undefined;
}
