/** Source: Auto Scaling API Reference, "DescribeScalingActivities". */
import type { Activity as ActivityDescription } from "@aws-sdk/client-auto-scaling";
import { causeText } from "../activity";
import type { Activity } from "../activity-log";
import type { AutoScalingGroup } from "../group";
import type { AutoScalingActionContext, AutoScalingActions } from "./context";
import { groupsNamed, page } from "./common";

export const scalingActivityActions = {
  DescribeScalingActivities: {
    parameters: ["ActivityIds", "AutoScalingGroupName", "MaxRecords", "NextToken"],
    handle(context, { ActivityIds = [], AutoScalingGroupName, ...paging }) {
      const found = groupsNamed(context.autoScaling, AutoScalingGroupName)
        .flatMap(group => group.activities.map(activity => ({ group, activity })))
        .filter(({ activity }) => ActivityIds.length === 0 || ActivityIds.includes(activity.activityId))
        .sort((a, b) => b.activity.startTime - a.activity.startTime);
      const { items, NextToken } = page(found, { MaxRecords: 100, ...paging }, 100);
      return {
        Activities: items.map(({ group, activity }) => activityDescription(context, group, activity)),
        NextToken,
      };
    },
  },
} satisfies Partial<AutoScalingActions>;

const progress: Record<Activity["statusCode"], number> = {
  InProgress: 50,
  WaitingForELBConnectionDraining: 60,
  Successful: 100,
  Failed: 100,
};

export function activityDescription(
  { wallClock }: AutoScalingActionContext,
  group: AutoScalingGroup,
  activity: Activity,
): ActivityDescription {
  const { activityId, description, startTime, endTime, statusCode, statusMessage, placement } = activity;
  return {
    ActivityId: activityId,
    AutoScalingGroupName: group.name,
    Description: description,
    Cause: causeText(activity.causes, time => wallClock.show(time)),
    StartTime: wallClock.show(startTime),
    EndTime: endTime === undefined ? undefined : wallClock.show(endTime),
    StatusCode: statusCode,
    StatusMessage: statusMessage,
    Progress: progress[statusCode],
    Details: JSON.stringify({
      "Subnet ID": placement.subnetId,
      "Availability Zone": placement.availabilityZone,
    }),
    AutoScalingGroupARN: group.settings.arn,
  };
}
