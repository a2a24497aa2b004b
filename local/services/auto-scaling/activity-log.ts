/** A group's scaling activities of the last six weeks, latest first, as listed by DescribeScalingActivities. */
import { randomUUID } from "node:crypto";
import { inShort, type Cause } from "./activity";
import type { GroupContext } from "./instance-launcher";

/** Activity of the Auto Scaling API Reference; times are in region milliseconds. */
export interface Activity {
  activityId: string;
  description: string;
  /** In the order of the Cause text. */
  causes: readonly TimedCause[];
  /** Of the instance concerned. */
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

export interface TimedCause {
  at: number;
  cause: Cause;
}

const sixWeeks = 42 * 86_400_000;

export class ActivityLog {
  readonly activities: Activity[] = [];

  constructor(
    private readonly label: string,
    private readonly context: Pick<GroupContext, "clock" | "report">,
  ) {}

  begin(description: string, causes: readonly TimedCause[], placement: Placement): Activity {
    const { clock, report } = this.context;
    const startTime = clock.now();
    const activity: Activity = {
      activityId: randomUUID(),
      description,
      causes,
      placement: { subnetId: placement.subnetId, availabilityZone: placement.availabilityZone },
      startTime,
      statusCode: "InProgress",
    };
    while ((this.activities.at(-1)?.endTime ?? Infinity) < startTime - sixWeeks) this.activities.pop();
    this.activities.unshift(activity);
    report(
      [`${this.label}: ${description}`, ...causes.slice(0, 1).map(({ cause }) => inShort(cause))].join("; "),
    );
    return activity;
  }

  succeed(activity: Activity): void {
    activity.statusCode = "Successful";
    activity.endTime = this.context.clock.now();
  }

  fail(activity: Activity, statusMessage: string): void {
    Object.assign(activity, { statusCode: "Failed", statusMessage });
    activity.endTime = this.context.clock.now();
    this.context.report(`${this.label}: ${activity.description}`);
  }
}
