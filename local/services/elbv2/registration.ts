/** Targets and their registrations in a target group. */
import { setMaxListeners } from "node:events";
import type { Address } from "../../network/router";
import { notInUse, type HealthState, type TargetHealth } from "./target-health";

/** A target: an instance's id, and the address that gets its traffic. An instance can be a target at several ports. */
export interface Target extends Address {
  id: string;
}

/** What names a target; the port is the group's unless it is given. */
export interface TargetId {
  id: string;
  port?: number;
}

export const keyOf = ({ id, port }: Required<TargetId>): string => `${id}:${port}`;

/** A registered target and its state. */
export class Registration {
  health: HealthState = notInUse;
  inFlight = 0;
  /** The turn in which it was last picked; the target that has waited longest is next. */
  lastPicked = 0;
  /** Aborts its requests in flight. */
  abortController = abortController();
  stopChecks: () => void = () => undefined;
  stopDraining: () => void = () => undefined;
  /** While draining, resolves once no request is in flight. */
  drained: Promise<void> = Promise.resolve();
  onIdle: () => void = () => undefined;

  constructor(readonly target: Target) {}

  get isInUse(): boolean {
    return this.state !== "draining" && this.state !== "unused";
  }

  get state(): TargetHealth["state"] {
    return this.health.targetHealth.state;
  }

  /** Whether it gets a request rather than the other one: the healthy, then the one that has waited longer. */
  isBefore(other: Registration): boolean {
    const isHealthy = this.state === "healthy";
    if (isHealthy !== (other.state === "healthy")) return isHealthy;
    return this.lastPicked < other.lastPicked;
  }
}

/** For as many requests in flight as there are. */
export function abortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
