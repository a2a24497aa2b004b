/**
 * Instances as EC2 knows them, from their launch until an hour after their end. Source: "Amazon EC2 instance state
 * changes" (EC2 User Guide).
 */
import type { LaunchSpecification } from "./launch";

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
  /** When it was told to end. */
  endingSince?: number;
  /** When it had ended. */
  endedAt?: number;
}

/** "Terminated instances remain visible after termination (for approximately one hour)" (Terminate an instance). */
const visibleAfterEnd = 3_600_000;

export class Instances {
  private readonly instances = new Map<string, Instance>();

  add(instance: Instance): void {
    this.instances.set(instance.specification.instanceId, instance);
  }

  get(instanceId: string): Instance | undefined {
    return this.instances.get(instanceId);
  }

  /** @returns false where it has been told to end already */
  run(instance: Instance): boolean {
    if (instance.state !== "pending") return false;
    instance.state = "running";
    return true;
  }

  /** It is to end; if it is on its way already, or unknown, nothing. */
  beginEnd(instanceId: string, now: number): void {
    const instance = this.instances.get(instanceId);
    if (!instance || instance.endingSince !== undefined) return;
    Object.assign(instance, { state: "shutting-down", endingSince: now });
  }

  end(instanceId: string, now: number): void {
    const instance = this.instances.get(instanceId);
    if (instance) Object.assign(instance, { state: "terminated", endedAt: now });
  }

  /** A launch that failed by itself has left no instance; one that somebody ended has. */
  forgetFailed({ specification, endingSince }: Instance): void {
    if (endingSince === undefined) this.instances.delete(specification.instanceId);
  }

  /** Those that EC2 shows, in the order of their launch. */
  visible(now: number): Instance[] {
    for (const [id, { endedAt }] of this.instances) {
      if (endedAt !== undefined && now >= endedAt + visibleAfterEnd) this.instances.delete(id);
    }
    return [...this.instances.values()];
  }
}
