import { EventEmitter, once, setMaxListeners } from "node:events";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../clock";
import type { Router } from "../../network/router";
import { checkHealth } from "./health-check";
import { abortController, keyOf, Registration, type Target, type TargetId } from "./registration";
import {
  afterCheck,
  checking,
  draining,
  isSteady,
  notInUse,
  notRegistered,
  parseMatcher,
  registering,
  stopped,
  terminated,
  type CheckResult,
  type HealthState,
  type TargetHealth,
  type Thresholds,
} from "./target-health";

/**
 * In real milliseconds, between two checks of a steady target. On a fast clock these checks, nearly all of what a region
 * does at rest, would keep a laptop busy; once one fails, the clock's interval counts again.
 */
const shortestSteadyInterval = 1_000;

export interface HealthCheckSettings extends Thresholds {
  path: string;
  /** "traffic-port" is the port that the target is registered with. */
  port: "traffic-port" | number;
  /** Seconds on the region's clock. */
  intervalSeconds: number;
  /** Real seconds; time-outs are never scaled. */
  timeoutSeconds: number;
  /** e.g. "200", "200,202", "200-299". */
  matcher: string;
}

export interface TargetGroupSettings {
  /** Of targets that are registered without one. */
  port: number;
  healthCheck: HealthCheckSettings;
  /** Seconds on the region's clock. */
  deregistrationDelaySeconds: number;
}

/** TargetHealthDescription of the ELB API Reference. */
export interface TargetHealthDescription {
  target: { id: string; port: number };
  healthCheckPort: string;
  targetHealth: TargetHealth;
}

/** The target picked for a request, which counts as in flight until `done` is called. */
export interface Picked {
  target: Target;
  /** Aborts when the request must end, e.g. because the deregistration delay has elapsed or the group stops. */
  signal: AbortSignal;
  done: () => void;
}

/**
 * Registers targets, checks their health and picks one for each request. Emits "change" with a target's description
 * when its health changes.
 */
export class TargetGroup extends EventEmitter<{ change: [TargetHealthDescription] }> {
  /** By id and port. */
  private readonly registrations = new Map<string, Registration>();
  private readonly closed = new AbortController();
  private nodes: readonly Router[] = [];
  private turn = 0;
  private matches: (code: number) => boolean;

  constructor(
    private readonly clock: Clock,
    private settings: TargetGroupSettings,
  ) {
    super();
    this.matches = validate(settings);
    this.setMaxListeners(0);
    setMaxListeners(0, this.closed.signal);
  }

  /** Changes the settings: targets keep their health, and health checks use the new settings from now on. */
  configure(settings: TargetGroupSettings): void {
    this.matches = validate(settings);
    this.settings = settings;
    for (const registration of this.registrations.values()) {
      if (registration.isInUse) this.startChecks(registration);
    }
  }

  /** Sets the load balancer nodes that use this group. Without nodes, its targets are unused and not checked. */
  setNodes(nodes: readonly Router[]): void {
    const wasInUse = this.nodes.length > 0;
    this.nodes = nodes;
    if (wasInUse === nodes.length > 0) return;
    for (const registration of this.registrations.values())
      if (registration.state !== "draining") this.restart(registration);
  }

  /** Adds a target. A draining one starts over; one that is already registered stays as it is. */
  register({ id, address, port = this.settings.port }: TargetId & Pick<Target, "address">): void {
    const target = { id, address, port };
    const existing = this.find(target);
    if (existing?.target.address === address) {
      if (existing.state !== "draining") return;
      existing.stopDraining();
      this.restart(existing);
      return;
    }
    existing?.stopChecks();
    existing?.stopDraining();
    existing?.abortController.abort();
    const registration = new Registration(target);
    this.registrations.set(keyOf(target), registration);
    this.restart(registration);
  }

  /**
   * Takes a target out of rotation at once. It is draining until the deregistration delay elapses, which aborts
   * requests that are still in flight; the promise resolves as soon as none is ("Edit target group attributes",
   * Deregistration delay). No-op for an unknown target (DeregisterTargets).
   */
  async deregister(target: TargetId): Promise<void> {
    const registration = this.find(target);
    if (!registration) return;
    if (registration.state !== "draining") this.drain(registration);
    await registration.drained;
  }

  /** Call when an instance stops or terminates: its targets stay registered but get no more requests or checks. */
  instanceEnded(id: string, how: "stopped" | "terminated"): void {
    for (const registration of this.targetsOf(id)) {
      registration.stopChecks();
      registration.abortController.abort();
      this.setHealth(registration, how === "stopped" ? stopped : terminated);
    }
  }

  /** Call when a stopped instance runs again: its targets are checked anew. */
  instanceStarted(id: string): void {
    for (const registration of this.targetsOf(id)) {
      if (registration.health !== stopped) continue;
      registration.abortController = abortController();
      registration.health = notInUse;
      this.restart(registration);
    }
  }

  /**
   * Picks the target for the next request, round robin over healthy targets. If none is healthy, the load balancer
   * fails open to all registered targets. Undefined if none is registered.
   */
  pick(): Picked | undefined {
    let registration: Registration | undefined;
    for (const each of this.registrations.values())
      if (each.isInUse && (!registration || each.isBefore(registration))) registration = each;
    if (!registration) return undefined;
    registration.lastPicked = ++this.turn;
    registration.inFlight++;
    return {
      target: registration.target,
      signal: registration.abortController.signal,
      done: () => {
        registration.inFlight--;
        if (registration.inFlight === 0) registration.onIdle();
      },
    };
  }

  /** DescribeTargetHealth: all targets, or the given ones, registered or not. */
  describe(targets?: readonly TargetId[]): TargetHealthDescription[] {
    return targets
      ? targets.map(({ id, port = this.settings.port }) =>
          this.description({ id, port }, this.find({ id, port })?.health ?? notRegistered),
        )
      : [...this.registrations.values()].map(({ target, health }) => this.description(target, health));
  }

  /** Resolves once the condition holds; rejects if the group stops first. */
  async until(condition: (targets: TargetHealthDescription[]) => boolean): Promise<void> {
    while (!condition(this.describe())) await once(this, "change", { signal: this.closed.signal });
  }

  /** Stops checks, draining and requests in flight, leaving no timer and no socket. */
  stop(): void {
    this.closed.abort();
    for (const registration of this.registrations.values()) {
      registration.stopChecks();
      registration.stopDraining();
      registration.abortController.abort();
    }
    this.registrations.clear();
  }

  private find({ id, port = this.settings.port }: TargetId): Registration | undefined {
    return this.registrations.get(keyOf({ id, port }));
  }

  /** The instance's targets, without those that are draining. */
  private targetsOf(id: string): Registration[] {
    return [...this.registrations.values()].filter(
      each => each.target.id === id && each.state !== "draining",
    );
  }

  private restart(registration: Registration): void {
    if (registration.health === terminated || registration.health === stopped) return;
    registration.stopChecks();
    if (this.nodes.length === 0) {
      this.setHealth(registration, notInUse);
      return;
    }
    this.setHealth(registration, registering);
    this.startChecks(registration);
  }

  /**
   * Starts a check at every interval, however long a response takes ("The time it takes for the target to respond does
   * not affect the interval for the next health check request"). On a fast clock checks can overlap: a result that
   * arrives after that of a later check is ignored.
   */
  private startChecks(registration: Registration): void {
    registration.stopChecks();
    const running = new AbortController();
    setMaxListeners(0, running.signal);
    let started = 0;
    let latest = 0;
    const check = async () => {
      const sequence = ++started;
      if (registration.health === registering) this.setHealth(registration, checking);
      const result = await this.checkFromEachNode(registration.target, running.signal);
      if (running.signal.aborted || sequence < latest) return;
      latest = sequence;
      this.setHealth(registration, afterCheck(registration.health, result, this.settings.healthCheck));
    };
    const interval = this.settings.healthCheck.intervalSeconds * 1000;
    let restsUntil = 0;
    const run = () => {
      const now = this.clock.now();
      if (isSteady(registration.health) && now < restsUntil) return;
      restsUntil = now + shortestSteadyInterval * this.clock.speed - interval / 2; // timers are never exact
      void check();
    };
    const cancelFirst = this.clock.after(0, run);
    const cancelNext = this.clock.every(interval, run);
    registration.stopChecks = () => {
      cancelFirst();
      cancelNext();
      running.abort();
    };
  }

  /**
   * On AWS, each node goes by its own checks. Here all nodes share one health, the worst: a target that any node can't
   * reach is unhealthy, so no node picks it.
   */
  private async checkFromEachNode(target: Target, signal: AbortSignal): Promise<CheckResult> {
    const { path, port, timeoutSeconds } = this.settings.healthCheck;
    const check = {
      to: { address: target.address, port: port === "traffic-port" ? target.port : port },
      path,
      timeoutMs: timeoutSeconds * 1000,
      matches: this.matches,
      signal,
    };
    const results = await Promise.all(this.nodes.map(node => checkHealth(node, check)));
    return results.find(({ result }) => result !== "passed") ?? { result: "passed" };
  }

  private drain(registration: Registration): void {
    registration.stopChecks();
    const cancel = this.clock.after(this.settings.deregistrationDelaySeconds * 1000, () => {
      this.registrations.delete(keyOf(registration.target));
      registration.stopDraining();
      registration.abortController.abort();
      this.emit("change", this.description(registration.target, notRegistered));
    });
    registration.drained = new Promise(resolve => {
      registration.onIdle = resolve;
      registration.stopDraining = () => {
        cancel();
        resolve();
      };
    });
    if (registration.inFlight === 0) registration.onIdle();
    this.setHealth(registration, draining);
  }

  private setHealth(registration: Registration, health: HealthState): void {
    const before = registration.health.targetHealth;
    registration.health = health;
    if (!isDeepStrictEqual(health.targetHealth, before))
      this.emit("change", this.description(registration.target, health));
  }

  private description(
    { id, port }: { id: string; port: number },
    { targetHealth }: HealthState,
  ): TargetHealthDescription {
    const { port: checkedPort } = this.settings.healthCheck;
    return {
      target: { id, port },
      healthCheckPort: String(checkedPort === "traffic-port" ? port : checkedPort),
      targetHealth,
    };
  }
}

/**
 * Returns the parsed matcher.
 * @throws for settings that CreateTargetGroup rejects
 */
function validate({ healthCheck: { path, matcher } }: TargetGroupSettings): (code: number) => boolean {
  if (!/^\/[!-~]*$/.test(path)) throw new Error(`health check path "${path}": expected /path or /path?query`);
  return parseMatcher(matcher);
}
