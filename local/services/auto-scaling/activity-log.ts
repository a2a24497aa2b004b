/** A group's scaling activities, as DescribeScalingActivities lists them: the latest first, for six weeks. */
import { randomUUID } from "node:crypto";
import type { Surroundings } from "./instance-launcher";

/** As Activity of the Auto Scaling API Reference; times are region milliseconds. */
export interface Activity {
  activityId: string;
  description: string;
  /** Its cause, sentence by sentence. */
  reasons: readonly Reason[];
  /** Where the instance is that it is about. */
  placement: Placement;
  startTime: number;
  endTime?: number;
  statusCode: "InProgress" | "WaitingForELBConnectionDraining" | "Successful" | "Failed";
  statusMessage?: string;
}

export interface Placement {
  subnetId: string;
  availabilityZone: string;
}

/** A sentence of a cause, and when it came about. */
export interface Reason {
  at: number;
  what: string;
}

const sixWeeks = 42 * 86_400_000;

export class ActivityLog {
  readonly activities: Activity[] = [];

  constructor(
    private readonly label: string,
    private readonly surroundings: Pick<Surroundings, "clock" | "report">,
  ) {}

  begin(
    description: string,
    reasons: readonly Reason[],
    { subnetId, availabilityZone }: Placement,
  ): Activity {
    const { clock, report } = this.surroundings;
    const startTime = clock.now();
    const activity: Activity = {
      activityId: randomUUID(),
      description,
      reasons,
      placement: { subnetId, availabilityZone },
      startTime,
      statusCode: "InProgress",
    };
    while ((this.activities.at(-1)?.endTime ?? Infinity) < startTime - sixWeeks) this.activities.pop();
    this.activities.unshift(activity);
    report([`${this.label}: ${description}`, ...reasons.map(({ what }) => what)].join("; "));
    return activity;
  }

  succeed(activity: Activity): void {
    activity.statusCode = "Successful";
    activity.endTime = this.surroundings.clock.now();
  }

  fail(activity: Activity, statusMessage: string): void {
    Object.assign(activity, { statusCode: "Failed", statusMessage });
    activity.endTime = this.surroundings.clock.now();
    this.surroundings.report(`${this.label}: ${activity.description}`);
  }
}
