/**
 * EC2's view of instances, from launch until an hour after termination. Source: "Amazon EC2 instance state changes"
 * (EC2 User Guide).
 */

export interface LaunchSpecification {
  instanceId: string;
  /** Shown to users, and part of its folder's name. */
  name: string;
  imageId: string;
  instanceType: string;
  subnetId: string;
  securityGroupIds: string[];
  publicAddress: boolean;
  keyName?: string;
  instanceProfileName?: string;
  /** One CloudWatch datapoint per minute instead of one every five. */
  detailedMonitoring: boolean;
  tags: Record<string, string>;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated";

export interface Instance {
  specification: LaunchSpecification;
  /** In region milliseconds, like all times here. */
  launchedAt: number;
  state: InstanceState;
  /** Its network interface, which is detached on termination. */
  interfaceId: string;
  reservationId: string;
  volumeId: string;
  terminationRequestedAt?: number;
  terminatedAt?: number;
}

/** "Terminated instances remain visible after termination (for approximately one hour)" (Terminate an instance). */
const visibleAfterTermination = 3_600_000;

export class InstanceRecords {
  private readonly instances = new Map<string, Instance>();

  add(instance: Instance): void {
    this.instances.set(instance.specification.instanceId, instance);
  }

  get(instanceId: string): Instance | undefined {
    return this.instances.get(instanceId);
  }

  /** @returns false if it is already terminating */
  markRunning(instance: Instance): boolean {
    if (instance.state !== "pending") return false;
    instance.state = "running";
    return true;
  }

  /** No-op for an instance that is unknown or already terminating. */
  markTerminating(instanceId: string, now: number): void {
    const instance = this.instances.get(instanceId);
    if (!instance || instance.terminationRequestedAt !== undefined) return;
    Object.assign(instance, { state: "shutting-down", terminationRequestedAt: now });
  }

  markTerminated(instanceId: string, now: number): void {
    const instance = this.instances.get(instanceId);
    if (instance) Object.assign(instance, { state: "terminated", terminatedAt: now });
  }

  /** Forgets a launch that failed on its own; one that was terminated while pending stays visible. */
  discardFailedLaunch({ specification, terminationRequestedAt }: Instance): void {
    if (terminationRequestedAt === undefined) this.instances.delete(specification.instanceId);
  }

  /** The instances that EC2 shows, in launch order. */
  visible(now: number): Instance[] {
    for (const [id, { terminatedAt }] of this.instances) {
      if (terminatedAt !== undefined && now >= terminatedAt + visibleAfterTermination)
        this.instances.delete(id);
    }
    return [...this.instances.values()];
  }
}
