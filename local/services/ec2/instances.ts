/** Instances: launched from an image by RunInstances or by an Auto Scaling group, stopped, started and terminated. */
import { EventEmitter } from "node:events";
import type { Host } from "../../hosts/host";
import { publicDnsName } from "../../hosts/metadata";
import { resourceId } from "../../identifiers";
import { computeRefusals as refusals } from "./compute-refusals";
import type { Disk, InstanceContext } from "./instance-context";
import { hostFor } from "./instance-host";
import {
  defaultSettings,
  InstanceRecords,
  launchFailed,
  userInitiated,
  type Instance,
  type LaunchSpecification,
  type StateReason,
} from "./instance-records";
import { find } from "./resource-types";

/** A launch under way: what EC2 shows of it at once, and its host once that has booted. */
export interface Launch {
  instance: Instance;
  booted: Promise<Host>;
}

export class Instances {
  /** EC2's view of the instances, terminated ones included. */
  readonly records = new InstanceRecords();
  /** Hosts of running instances, by instance id. */
  readonly hosts = new Map<string, Host>();
  /** Emits "hosts" when one of these starts or ends. */
  readonly events = new EventEmitter();
  /** Terminations in progress, by instance id. */
  readonly terminations = new Map<string, Promise<void>>();
  /** Hosts that boot or stop, and those of stopped instances, by instance id. */
  private readonly idle = new Map<string, Host>();
  /** Boots in progress, by instance id; they never reject. */
  private readonly boots = new Map<string, Promise<unknown>>();
  /** The last transition of each instance: a launch, stop, start or reboot. They never reject. */
  private readonly transitions = new Map<string, Promise<unknown>>();
  private isClosed = false;

  constructor(private readonly context: InstanceContext) {}

  /**
   * Launches an instance: `booted` resolves to its host once services in its image accept connections, or their
   * start-up time is over, and rejects if it couldn't boot or was terminated meanwhile.
   * @throws AwsError if the subnet or image is unknown, or no address is free
   */
  begin(specification: LaunchSpecification): Launch {
    const { clock, vpc, interfaces, images } = this.context;
    const { instanceId, imageId, subnetId, securityGroupIds: groupIds, publicAddress } = specification;
    if (this.isClosed) throw new Error("the region is closed");
    const { availabilityZone } = find(vpc.subnets, "subnet", subnetId);
    const image = find(images, "image", imageId);
    if (image.state !== "available") throw refusals.imageUnavailable(imageId);
    const attached = interfaces.attach({
      subnetId,
      groupIds,
      publicAddress,
      description: specification.interfaceDescription ?? specification.name,
      tags: specification.interfaceTags ?? {},
    });
    const now = clock.now();
    const { instanceProfileName: profileName, settings } = specification;
    const instance: Instance = {
      specification,
      settings: { ...defaultSettings, ...settings },
      launchedAt: now,
      attachedAt: now,
      state: "pending",
      interfaceId: attached.id,
      reservationId: specification.reservationId ?? resourceId("r"),
      volumeId: resourceId("vol"),
      ...(profileName !== undefined && {
        profileAssociation: { id: resourceId("iip-assoc"), profileName, at: now },
      }),
    };
    this.context.volumes.set(instance.volumeId, {
      ...image.rootVolume,
      ...specification.rootVolume,
      id: instance.volumeId,
      snapshotId: image.snapshotId,
      availabilityZone,
      instanceId,
      createdAt: now,
      tags: specification.volumeTags ?? {},
    });
    this.records.add(instance);
    this.publishName(attached.publicIpAddress);
    const host = hostFor(this.context, instance);
    const booted = this.transition(instanceId, () =>
      this.boot(instance, host, () => image.copyTo(host.root)).catch(async (error: unknown) => {
        if (this.isCurrent(host) && !isStopping(instance)) await this.end(instanceId, launchFailed);
        await this.terminations.get(instanceId);
        throw error;
      }),
    );
    return { instance, booted };
  }

  /** Resolves to the host once it has booted. @see begin */
  async launch(specification: LaunchSpecification): Promise<Host> {
    return this.begin(specification).booted;
  }

  /** Stops a running instance's processes; its disk stays, its public address goes. */
  stop(instance: Instance): void {
    const { instanceId } = instance.specification;
    const host = this.hosts.get(instanceId);
    if (!host || instance.state !== "running") throw refusals.notInState(instanceId, "stopped");
    Object.assign(instance, { state: "stopping", stateReason: userInitiated(this.context.clock.now()) });
    this.hosts.delete(instanceId);
    this.events.emit("hosts");
    this.idle.set(instanceId, host);
    this.context.onEnd(instanceId, "stopped");
    void this.transition(instanceId, () => this.halt(instance, host));
  }

  /**
   * Starts a stopped instance, which gets another public address if it was launched with one. Resolves once its
   * services have started; one that can't boot is stopped again.
   * @throws AwsError if it isn't stopped, or no address is free
   */
  async start(instance: Instance): Promise<void> {
    const { instanceId, publicAddress } = instance.specification;
    if (instance.state !== "stopped") throw refusals.notInState(instanceId, "started");
    if (publicAddress) this.publishName(this.context.interfaces.assignPublicAddress(instance.interfaceId));
    const launchedAt = this.context.clock.now();
    Object.assign(instance, { state: "pending", launchedAt, stateReason: undefined });
    const host = hostFor(this.context, instance);
    this.idle.set(instanceId, host);
    await this.transition(instanceId, async () => {
      try {
        await this.boot(instance, host, () => Promise.resolve());
        this.context.onStart(instanceId);
      } catch (error) {
        if (!this.isCurrent(host) || isStopping(instance)) return;
        Object.assign(instance, { state: "stopping", stateReason: launchFailed });
        await this.halt(instance, host);
        throw error;
      }
    });
  }

  /** Restarts a running instance's services; a no-op for one that is not running. */
  async reboot({ specification: { instanceId } }: Instance): Promise<void> {
    const host = this.hosts.get(instanceId);
    if (host) await this.transition(instanceId, () => host.restart(() => Promise.resolve()));
  }

  /**
   * Removes an instance, its disk and its addresses, as TerminateInstances does: without draining, and as a no-op for
   * an unknown instance. Concurrent calls all resolve once it is gone.
   */
  async terminate(instanceId: string): Promise<void> {
    await this.end(instanceId, userInitiated(this.context.clock.now()));
  }

  /** Resolves once no launch, stop, start or reboot of the instance is in progress, however it ended. */
  async settled(instanceId: string): Promise<void> {
    await this.transitions.get(instanceId);
  }

  /** The disk of an instance that is running, stopping or stopped; undefined for another. */
  diskOf({ specification: { instanceId }, state }: Instance): Disk | undefined {
    const host = this.hosts.get(instanceId);
    if (host)
      return { root: host.root, quiesced: use => this.transition(instanceId, () => host.restart(use)) };
    const idle = this.idle.get(instanceId);
    if (!idle || (state !== "stopping" && state !== "stopped")) return undefined;
    return { root: idle.root, quiesced: use => this.transition(instanceId, use) };
  }

  /** Stops all processes, also those that would start; the disks stay. Nothing can be launched afterwards. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.hosts.values(), ...this.idle.values()].map(host => host.shutDown()));
    await Promise.all([...this.transitions.values(), ...this.terminations.values()]);
  }

  /**
   * Boots a pending instance's host and starts its services.
   * @throws if the host is shut down meanwhile
   */
  private async boot(instance: Instance, host: Host, prepareDisk: () => Promise<void>): Promise<Host> {
    const { instanceId } = instance.specification;
    this.idle.set(instanceId, host);
    const booting = (async () => {
      await prepareDisk();
      await host.boot();
      if (!this.records.markRunning(instance, this.context.clock.now()))
        throw new Error(`${instanceId} was terminated while pending`);
      this.context.interfaces.bringUp(instance.interfaceId);
      this.idle.delete(instanceId);
      this.hosts.set(instanceId, host);
      this.events.emit("hosts");
      await host.startInstalled();
      return host;
    })();
    const settled = Promise.allSettled([booting]);
    this.boots.set(instanceId, settled);
    try {
      return await booting;
    } finally {
      if (this.boots.get(instanceId) === settled) this.boots.delete(instanceId);
    }
  }

  private async halt(instance: Instance, host: Host): Promise<void> {
    const { interfaces } = this.context;
    await host.shutDown();
    // Terminated meanwhile.
    if (instance.state !== "stopping") return;
    interfaces.takeDown(instance.interfaceId);
    this.withdrawName(interfaces.releasePublicAddress(instance.interfaceId));
    instance.state = "stopped";
  }

  private async end(instanceId: string, reason: StateReason): Promise<void> {
    this.records.markTerminating(instanceId, reason);
    const host = this.hosts.get(instanceId) ?? this.idle.get(instanceId);
    if (host) {
      this.hosts.delete(instanceId);
      this.events.emit("hosts");
      this.idle.delete(instanceId);
      const discarding = this.discard(host).finally(() => this.terminations.delete(instanceId));
      this.terminations.set(instanceId, discarding);
    }
    await this.terminations.get(instanceId);
  }

  private async discard(host: Host): Promise<void> {
    const { instanceId, interfaceId } = host.options;
    const { interfaces, identities, volumes, clock, onEnd } = this.context;
    onEnd(instanceId, "terminated");
    try {
      await host.shutDown();
      // A boot under way still writes to the disk.
      await this.boots.get(instanceId);
      await host.terminate();
    } finally {
      this.withdrawName(interfaces.get(interfaceId).publicIpAddress);
      interfaces.detach(interfaceId);
      identities.endSessions(instanceId);
      volumes.delete(this.records.get(instanceId)?.volumeId ?? "");
      this.records.markTerminated(instanceId, clock.now());
    }
  }

  private publishName(publicIpAddress: string | undefined): void {
    const { dns, regionName } = this.context;
    if (publicIpAddress !== undefined) dns.set(publicDnsName(publicIpAddress, regionName), [publicIpAddress]);
  }

  private withdrawName(publicIpAddress: string | undefined): void {
    const { dns, regionName } = this.context;
    if (publicIpAddress !== undefined) dns.delete(publicDnsName(publicIpAddress, regionName));
  }

  /** Whether it is the instance's present host: not one that has been terminated, or that a start has replaced. */
  private isCurrent(host: Host): boolean {
    const { instanceId } = host.options;
    return (this.hosts.get(instanceId) ?? this.idle.get(instanceId)) === host;
  }

  /** Begins a transition once the instance's earlier ones have ended. */
  private transition<Result>(instanceId: string, begin: () => Promise<Result>): Promise<Result> {
    const earlier = this.transitions.get(instanceId);
    const result = earlier ? earlier.then(begin) : begin();
    const settled: Promise<unknown> = Promise.allSettled([result]).then(() => {
      if (this.transitions.get(instanceId) === settled) this.transitions.delete(instanceId);
    });
    this.transitions.set(instanceId, settled);
    return result;
  }
}

function isStopping({ state }: Instance): boolean {
  return state === "stopping" || state === "stopped";
}
