import { EventEmitter, once, setMaxListeners } from "node:events";
import type { Clock } from "../../clock";
import type { Address, Router } from "../../network/router";
import { checkHealth } from "./health-check";
import {
  afterCheck,
  checking,
  draining,
  notInUse,
  notRegistered,
  parseMatcher,
  registering,
  terminated,
  type CheckResult,
  type HealthState,
  type TargetHealth,
  type Thresholds,
} from "./target-health";

export interface HealthCheckSettings extends Thresholds {
  path: string;
  /** "traffic-port": the one that the target is registered with. */
  port: "traffic-port" | number;
  /** Seconds on the region's clock. */
  intervalSeconds: number;
  /** Real seconds: a time-out is never scaled. */
  timeoutSeconds: number;
  /** e.g. "200", "200,202", "200-299". */
  matcher: string;
}

export interface TargetGroupSettings {
  healthCheck: HealthCheckSettings;
  /** Seconds on the region's clock. */
  deregistrationDelaySeconds: number;
}

/** A target by its id (an instance's), and where its traffic goes. */
export interface Target extends Address {
  id: string;
}

/** One element of DescribeTargetHealth's answer. */
export interface TargetHealthDescription {
  target: { id: string; port: number };
  healthCheckPort: string;
  targetHealth: TargetHealth;
}

/** A target chosen for one request; the request counts as in flight until `done`. */
export interface Picked {
  target: Target;
  /** Fires when the request must end: the deregistration delay has elapsed, or the group stops. */
  signal: AbortSignal;
  done: () => void;
}

/** A target as the group keeps it. */
class Member {
  health: HealthState = notInUse;
  inFlight = 0;
  /** The turn in which it was last picked: who waits longest is next. */
  lastTurn = 0;
  /** Ends its requests in flight. */
  readonly cut = new AbortController();
  endChecks: () => void = () => undefined;
  endDraining: () => void = () => undefined;
  /** While it drains: resolves when no request is in flight. */
  drained: Promise<void> = Promise.resolve();
  onIdle: () => void = () => undefined;

  constructor(readonly target: Target) {
    setMaxListeners(0, this.cut.signal);
  }

  get state(): TargetHealth["state"] {
    return this.health.targetHealth.state;
  }
}

/**
 * A target group: its targets, their health, and whose turn it is. Emits "change" with the description of each
 * target whose health changes.
 */
export class TargetGroup extends EventEmitter<{ change: [TargetHealthDescription] }> {
  private readonly members = new Map<string, Member>();
  private readonly stopped = new AbortController();
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
    setMaxListeners(0, this.stopped.signal);
  }

  /** Changes settings in place: targets keep their health and are checked by the new settings from now on. */
  configure(settings: TargetGroupSettings): void {
    this.matches = validate(settings);
    this.settings = settings;
    for (const member of this.members.values()) {
      if (member.state !== "draining" && member.state !== "unused") this.startChecks(member);
    }
  }

  /**
   * Puts the group to use by a load balancer with these nodes. With none it is out of use: its targets are
   * unused and nobody checks them.
   */
  use(nodes: readonly Router[]): void {
    const wasInUse = this.nodes.length > 0;
    this.nodes = nodes;
    if (wasInUse === nodes.length > 0) return;
    for (const member of this.members.values()) if (member.state !== "draining") this.begin(member);
  }

  /** Adds a target. A draining one starts anew; one that is registered already stays as it is. */
  register(target: Target): void {
    const known = this.members.get(target.id);
    if (known?.target.address === target.address && known.target.port === target.port) {
      if (known.state !== "draining") return;
      known.endDraining();
      this.begin(known);
      return;
    }
    known?.endChecks();
    known?.endDraining();
    known?.cut.abort();
    const member = new Member(target);
    this.members.set(target.id, member);
    this.begin(member);
  }

  /**
   * Takes a target out of rotation at once. It shows as draining until the deregistration delay has elapsed,
   * which ends the requests that are still in flight; the promise resolves as soon as none is ("Edit target
   * group attributes", Deregistration delay). An unknown target is no error (DeregisterTargets).
   */
  async deregister(id: string): Promise<void> {
    const member = this.members.get(id);
    if (!member) return;
    if (member.state !== "draining") this.drain(member);
    await member.drained;
  }

  /** The instance is no more: its target stays registered, and gets no request and no check. */
  instanceEnded(id: string): void {
    const member = this.members.get(id);
    if (!member || member.state === "draining") return;
    member.endChecks();
    member.cut.abort();
    this.setHealth(member, terminated);
  }

  /**
   * The target for the next request, round robin over the healthy ones. With none healthy, over all that are
   * registered: the load balancer fails open. Undefined when none is registered.
   */
  pick(): Picked | undefined {
    const registered = [...this.members.values()].filter(
      member => member.state !== "draining" && member.state !== "unused",
    );
    const healthy = registered.filter(member => member.state === "healthy");
    let next: Member | undefined;
    for (const member of healthy.length > 0 ? healthy : registered) {
      if (!next || member.lastTurn < next.lastTurn) next = member;
    }
    if (!next) return undefined;
    const member = next;
    member.lastTurn = ++this.turn;
    member.inFlight++;
    return {
      target: member.target,
      signal: member.cut.signal,
      done: () => {
        member.inFlight--;
        if (member.inFlight === 0) member.onIdle();
      },
    };
  }

  /** What DescribeTargetHealth answers: all targets, or those asked for, known or not. */
  describe(targets?: readonly { id: string; port: number }[]): TargetHealthDescription[] {
    return targets
      ? targets.map(({ id, port }) =>
          this.description({ id, port }, this.members.get(id)?.health ?? notRegistered),
        )
      : [...this.members.values()].map(({ target, health: standing }) => this.description(target, standing));
  }

  /** Resolves when the targets are as wanted; rejects when the group stops first. */
  async until(wanted: (targets: TargetHealthDescription[]) => boolean): Promise<void> {
    while (!wanted(this.describe())) await once(this, "change", { signal: this.stopped.signal });
  }

  /** Ends checks, draining and requests in flight: no timer and no socket is left. */
  stop(): void {
    this.stopped.abort();
    for (const member of this.members.values()) {
      member.endChecks();
      member.endDraining();
      member.cut.abort();
    }
    this.members.clear();
  }

  private begin(member: Member): void {
    if (member.health === terminated) return;
    member.endChecks();
    if (this.nodes.length === 0) {
      this.setHealth(member, notInUse);
      return;
    }
    this.setHealth(member, registering);
    this.startChecks(member);
  }

  /**
   * Checks at every interval, however long an answer takes ("The time it takes for the target to respond does
   * not affect the interval for the next health check request"). On a fast clock several can be under way: a
   * result that a later check has overtaken no longer counts.
   */
  private startChecks(member: Member): void {
    member.endChecks();
    const running = new AbortController();
    setMaxListeners(0, running.signal);
    let begun = 0;
    let counted = 0;
    const check = async () => {
      const mine = ++begun;
      if (member.health === registering) this.setHealth(member, checking);
      const result = await this.checkFromEachNode(member.target, running.signal);
      if (running.signal.aborted || mine < counted) return;
      counted = mine;
      this.setHealth(member, afterCheck(member.health, result, this.settings.healthCheck));
    };
    const run = () => void check();
    const cancelFirst = this.clock.after(0, run);
    const cancelNext = this.clock.every(this.settings.healthCheck.intervalSeconds * 1000, run);
    member.endChecks = () => {
      cancelFirst();
      cancelNext();
      running.abort();
    };
  }

  /**
   * On AWS each node checks, and believes itself. We keep one opinion, the worst: a target that one node can't
   * reach is not healthy, so no node picks it.
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

  private drain(member: Member): void {
    member.endChecks();
    const cancel = this.clock.after(this.settings.deregistrationDelaySeconds * 1000, () => {
      this.members.delete(member.target.id);
      member.endDraining();
      member.cut.abort();
      this.emit("change", this.description(member.target, notRegistered));
    });
    member.drained = new Promise(resolve => {
      member.onIdle = resolve;
      member.endDraining = () => {
        cancel();
        resolve();
      };
    });
    if (member.inFlight === 0) member.onIdle();
    this.setHealth(member, draining);
  }

  private setHealth(member: Member, standing: HealthState): void {
    const { state, reason, description } = member.health.targetHealth;
    member.health = standing;
    const now = standing.targetHealth;
    if (now.state !== state || now.reason !== reason || now.description !== description)
      this.emit("change", this.description(member.target, standing));
  }

  private description(
    { id, port }: { id: string; port: number },
    { targetHealth: health }: HealthState,
  ): TargetHealthDescription {
    const { port: checked } = this.settings.healthCheck;
    return {
      target: { id, port },
      healthCheckPort: String(checked === "traffic-port" ? port : checked),
      targetHealth: health,
    };
  }
}

/** Refuses what CreateTargetGroup would; the result is the parsed matcher. */
function validate({ healthCheck: { path, matcher } }: TargetGroupSettings): (code: number) => boolean {
  if (!/^\/[!-~]*$/.test(path)) throw new Error(`health check path "${path}": expected /path or /path?query`);
  return parseMatcher(matcher);
}
