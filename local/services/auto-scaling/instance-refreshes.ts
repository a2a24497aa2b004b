/**
 * A group's instance refreshes, latest first. Sources: "How an instance refresh works in an Auto Scaling group" (EC2 Auto
 * Scaling User Guide) and "InstanceRefresh" (Auto Scaling API Reference).
 */
import { randomUUID } from "node:crypto";
import type { GroupInstance } from "./instance";
import type { GroupLaunchTemplate } from "./instance-launcher";
import { outdatedInstances, type Refresh } from "./refresh";
import type { GroupSettings } from "./settings";

export interface InstanceRefresh extends Refresh {
  id: string;
  status: "InProgress" | "Successful" | "Failed" | "Cancelling" | "Cancelled";
  statusReason?: string;
  /** Region milliseconds, as all times here. */
  startTime: number;
  endTime?: number;
  /** What it launches, and the group's launch template once it has succeeded. */
  launchTemplate?: GroupLaunchTemplate;
  skipMatching: boolean;
  /** Without effect: no instance is ever on standby. */
  standbyInstances?: "Terminate" | "Ignore" | "Wait";
  waitForTransitioningInstances: boolean;
  remaining: number;
  progressAt: number;
}

export interface EndedRefresh extends InstanceRefresh {
  status: "Successful" | "Failed" | "Cancelled";
}

export type RefreshRequest = Omit<Refresh, "replaces"> &
  Partial<Pick<InstanceRefresh, "launchTemplate" | "skipMatching" | "standbyInstances">>;

/** Without progress for so long, a refresh fails. */
const hour = 3_600_000;

/** As scaling activities: AWS shows the last six weeks. */
const sixWeeks = 42 * 86_400_000;

export class InstanceRefreshes {
  readonly all: InstanceRefresh[] = [];

  /** The one that replaces instances. */
  get inProgress(): InstanceRefresh | undefined {
    return this.all.find(({ status }) => status === "InProgress");
  }

  /** Including one that is being cancelled: no other may start. */
  get active(): InstanceRefresh | undefined {
    return this.all.find(({ status }) => status === "InProgress" || status === "Cancelling");
  }

  /**
   * Replaces all instances, or those that weren't launched from the template; supersedes what is active.
   * @param template what instances are launched from; the version is undefined for a template that is gone
   */
  start(
    request: RefreshRequest,
    instances: Iterable<GroupInstance>,
    template: { id: string; version: number | undefined },
    now: number,
  ): InstanceRefresh {
    this.supersede(now);
    const replaced = [...instances].filter(
      ({ launchTemplateId, launchTemplateVersion }) =>
        !request.skipMatching ||
        launchTemplateId !== template.id ||
        launchTemplateVersion !== template.version,
    );
    const replaces = new Set(replaced.map(({ instanceId }) => instanceId));
    while ((this.all.at(-1)?.endTime ?? Infinity) < now - sixWeeks) this.all.pop();
    const refresh: InstanceRefresh = {
      skipMatching: false,
      waitForTransitioningInstances: true,
      ...request,
      id: randomUUID(),
      status: "InProgress",
      startTime: now,
      replaces,
      remaining: replaces.size,
      progressAt: now,
    };
    this.all.unshift(refresh);
    return refresh;
  }

  /** Stops replacing at once; it is cancelled when what it began has ended, if that is to be waited for. */
  cancel(refresh: InstanceRefresh, waitForTransitioningInstances: boolean): void {
    Object.assign(refresh, { status: "Cancelling", waitForTransitioningInstances });
  }

  /** Brings the active refresh up to date; returns it if it has ended by that. */
  update(instances: readonly GroupInstance[], now: number): EndedRefresh | undefined {
    const refresh = this.active;
    if (!refresh) return undefined;
    const { length: remaining } = outdatedInstances(instances, refresh);
    if (remaining < refresh.remaining) Object.assign(refresh, { remaining, progressAt: now });
    if (refresh.status === "Cancelling") {
      const inTransition =
        refresh.waitForTransitioningInstances &&
        instances.some(({ lifecycleState }) => lifecycleState !== "InService");
      return inTransition ? undefined : end(refresh, "Cancelled", now, "Cancelled due to user request.");
    }
    if (remaining === 0) return end(refresh, "Successful", now);
    if (now < refresh.progressAt + hour) return undefined;
    return end(refresh, "Failed", now, "No instance was replaced within the last hour.");
  }

  private supersede(now: number): void {
    if (this.active) end(this.active, "Cancelled", now, "Superseded by another instance refresh.");
  }
}

/** Without warm-ups of the refresh and the group, new instances get the health check grace period. */
export function withWarmup(
  refresh: InstanceRefresh,
  { warmupSeconds, healthCheckGracePeriodSeconds }: GroupSettings,
): InstanceRefresh {
  const { instanceWarmupSeconds = warmupSeconds ?? healthCheckGracePeriodSeconds } = refresh;
  return { ...refresh, instanceWarmupSeconds };
}

/** In percent. */
export function percentageComplete({ replaces, remaining }: InstanceRefresh): number {
  return replaces.size === 0 ? 100 : Math.floor((100 * (replaces.size - remaining)) / replaces.size);
}

function end(
  refresh: InstanceRefresh,
  status: "Successful" | "Failed" | "Cancelled",
  now: number,
  statusReason?: string,
): EndedRefresh {
  return Object.assign(refresh, { status, endTime: now, statusReason });
}
