/**
 * Instances as EC2 knows them, from their launch until an hour after their end. Source: "Amazon EC2 instance state
 * changes" (EC2 User Guide).
 */

export interface LaunchSpecification {
  instanceId: string;
  /** For people, and in the name of its folder. */
  name: string;
  imageId: string;
  instanceType: string;
  subnetId: string;
  securityGroupIds: string[];
  publicAddress: boolean;
  keyName?: string;
  instanceProfileName?: string;
  /** Whether CloudWatch gets a datapoint a minute rather than one every five. */
  detailedMonitoring: boolean;
  tags: Record<string, string>;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated";

export interface Instance {
  specification: LaunchSpecification;
  /** In region milliseconds, as all times here. */
  launchedAt: number;
  state: InstanceState;
  /** While it has one. */
  interfaceId: string;
  reservationId: string;
  volumeId: string;
  /** When its termination was requested. */
  endingSince?: number;
  /** When it had terminated. */
  endedAt?: number;
}

/** "Terminated instances remain visible after termination (for approximately one hour)" (Terminate an instance). */
const visibleAfterEnd = 3_600_000;

export class InstanceRecords {
  private readonly instances = new Map<string, Instance>();

  add(instance: Instance): void {
    this.instances.set(instance.specification.instanceId, instance);
  }

  get(instanceId: string): Instance | undefined {
    return this.instances.get(instanceId);
  }

  /** @returns false if it is already terminating */
  run(instance: Instance): boolean {
    if (instance.state !== "pending") return false;
    instance.state = "running";
    return true;
  }

  /** No-op for an instance that is unknown or already terminating. */
  beginEnd(instanceId: string, now: number): void {
    const instance = this.instances.get(instanceId);
    if (!instance || instance.endingSince !== undefined) return;
    Object.assign(instance, { state: "shutting-down", endingSince: now });
  }

  end(instanceId: string, now: number): void {
    const instance = this.instances.get(instanceId);
    if (instance) Object.assign(instance, { state: "terminated", endedAt: now });
  }

  /** A launch that failed by itself leaves no instance; one that somebody terminated does. */
  forgetFailed({ specification, endingSince }: Instance): void {
    if (endingSince === undefined) this.instances.delete(specification.instanceId);
  }

  /** Those that EC2 shows, in launch order. */
  visible(now: number): Instance[] {
    for (const [id, { endedAt }] of this.instances) {
      if (endedAt !== undefined && now >= endedAt + visibleAfterEnd) this.instances.delete(id);
    }
    return [...this.instances.values()];
  }
}
