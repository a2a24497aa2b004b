/** Sources: Auto Scaling API Reference, "DescribeScalingActivities" and "TerminateInstanceInAutoScalingGroup". */
import type { Activity as ActivityDescription } from "@aws-sdk/client-auto-scaling";
import { causeText } from "../activity";
import type { Activity } from "../activity-log";
import type { AutoScalingGroup } from "../group";
import type { AutoScalingActionContext, AutoScalingActions } from "./context";
import { validationError } from "../../../api/aws-error";
import { groupsNamed, page } from "./common";

export const describeScalingActivities: AutoScalingActions["DescribeScalingActivities"] = {
  parameters: ["ActivityIds", "AutoScalingGroupName", "MaxRecords", "NextToken"],
  handle(context, { ActivityIds = [], AutoScalingGroupName, ...paging }) {
    const found = groupsNamed(context.autoScaling, AutoScalingGroupName)
      .flatMap(group => group.activities.map(activity => ({ group, activity })))
      .filter(({ activity }) => ActivityIds.length === 0 || ActivityIds.includes(activity.activityId))
      .sort((a, b) => b.activity.startTime - a.activity.startTime);
    const { items, NextToken } = page(found, { MaxRecords: 100, ...paging }, 100);
    return {
      Activities: items.map(({ group, activity }) => descriptionOf(context, group, activity)),
      NextToken,
    };
  },
};

const progress: Record<Activity["statusCode"], number> = {
  InProgress: 50,
  WaitingForELBConnectionDraining: 60,
  Successful: 100,
  Failed: 100,
};

function descriptionOf(
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

export const terminateInstanceInAutoScalingGroup: AutoScalingActions["TerminateInstanceInAutoScalingGroup"] =
  {
    parameters: ["InstanceId", "ShouldDecrementDesiredCapacity"],
    handle(context, { InstanceId = "", ShouldDecrementDesiredCapacity = false }) {
      const group = [...context.autoScaling.groups.values()].find(each => each.instances.has(InstanceId));
      const activity = group?.terminateInstance(InstanceId, ShouldDecrementDesiredCapacity);
      if (!group || !activity)
        throw validationError(
          `Instance Id not found - No managed instance found for instance ID: ${InstanceId}`,
        );
      return { Activity: descriptionOf(context, group, activity) };
    },
  };
