/**
 * EC2's view of instances, from launch until an hour after termination. Source: "Amazon EC2 instance state changes"
 * (EC2 User Guide).
 */
import type { Tags } from "../../network/reachability/vpc-model";
import type { VolumeSettings } from "./volumes";

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
  /** The key pair's public key at launch: an instance keeps it when the key pair is deleted. */
  authorizedKey?: string;
  instanceProfileName?: string;
  /** One CloudWatch datapoint per minute instead of one every five. */
  detailedMonitoring: boolean;
  tags: Tags;
  settings?: Partial<InstanceSettings>;
  rootVolume?: Partial<VolumeSettings>;
  volumeTags?: Tags;
  interfaceTags?: Tags;
  interfaceDescription?: string;
  /** Of the request that launches it together with others. */
  reservationId?: string;
  launchIndex?: number;
  clientToken?: string;
}

export interface MetadataOptions {
  httpTokens: "optional" | "required";
  httpEndpoint: "disabled" | "enabled";
  /** Kept for the API, like all below: a host's metadata is a hop away, and there is no IPv6. */
  httpPutResponseHopLimit: number;
  httpProtocolIpv6: "disabled" | "enabled";
  instanceMetadataTags: "disabled" | "enabled";
}

/** What can be set at launch and read back, most of it changed later. */
export interface InstanceSettings {
  metadataOptions: MetadataOptions;
  /** Whether TerminateInstances and StopInstances refuse it. */
  disableApiTermination: boolean;
  disableApiStop: boolean;
  /** Kept for the API, like all below. */
  userData?: string;
  shutdownBehavior: "stop" | "terminate";
  cpuCredits?: string;
  ebsOptimized: boolean;
  hibernation: boolean;
  enclave: boolean;
  tenancy: string;
  autoRecovery: string;
}

/**
 * Source: EC2 API Reference, "RunInstances". Images of Amazon Linux 2023 support IMDSv2 only, which sets the tokens and
 * the hop limit ("Configure instance metadata options for new instances", EC2 User Guide).
 */
export const defaultSettings: InstanceSettings = {
  metadataOptions: {
    httpTokens: "required",
    httpEndpoint: "enabled",
    httpPutResponseHopLimit: 2,
    httpProtocolIpv6: "disabled",
    instanceMetadataTags: "disabled",
  },
  disableApiTermination: false,
  disableApiStop: false,
  shutdownBehavior: "stop",
  ebsOptimized: false,
  hibernation: false,
  enclave: false,
  tenancy: "default",
  autoRecovery: "default",
};

export type InstanceState = "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";

export interface ProfileAssociation {
  id: string;
  profileName: string;
  /** In region milliseconds. */
  at: number;
}

export interface Instance {
  specification: LaunchSpecification;
  settings: InstanceSettings;
  /** In region milliseconds, like all times here; a start is a new launch. */
  launchedAt: number;
  /** When its interface and volume were attached. */
  attachedAt: number;
  /** Since when it has been running. */
  runningAt?: number;
  state: InstanceState;
  /** Its network interface, which is detached on termination. */
  interfaceId: string;
  reservationId: string;
  volumeId: string;
  profileAssociation?: ProfileAssociation;
  /** Why it is stopping, stopped, shutting down or terminated. */
  stateReason?: StateReason;
  terminatedAt?: number;
}

export interface StateReason {
  code: string;
  message: string;
  /** When the user asked for it; absent if nobody did. */
  requestedAt?: number;
}

export const userInitiated = (requestedAt: number): StateReason => ({
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
  requestedAt,
});

/** Source: EC2 User Guide, "Instance terminates immediately". */
export const launchFailed: StateReason = {
  code: "Server.InternalError",
  message: "Server.InternalError: Internal error on launch",
};

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
  markRunning(instance: Instance, now: number): boolean {
    if (instance.state !== "pending") return false;
    Object.assign(instance, { state: "running", runningAt: now });
    return true;
  }

  /** No-op for an instance that is unknown or already terminating. */
  markTerminating(instanceId: string, stateReason: StateReason): void {
    const instance = this.instances.get(instanceId);
    if (!instance || isEnding(instance)) return;
    Object.assign(instance, { state: "shutting-down", stateReason });
  }

  markTerminated(instanceId: string, now: number): void {
    const instance = this.instances.get(instanceId);
    if (instance) Object.assign(instance, { state: "terminated", terminatedAt: now });
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

/** Whether it is shutting down or terminated. */
export function isEnding({ state }: Pick<Instance, "state">): boolean {
  return state === "shutting-down" || state === "terminated";
}
