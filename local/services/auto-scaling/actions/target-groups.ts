/**
 * The target groups that a group's instances are registered with. Sources: Auto Scaling API Reference,
 * "AttachLoadBalancerTargetGroups", "AttachTrafficSources" and their counterparts.
 */
import type { TrafficSourceIdentifier } from "@aws-sdk/client-auto-scaling";
import type { AutoScalingGroup } from "../group";
import { refusals } from "../refusals";
import { changeableGroup, groupNamed, page } from "./common";
import type { AutoScalingActionContext, AutoScalingActions } from "./context";

export const targetGroupActions = {
  AttachLoadBalancerTargetGroups: {
    parameters: ["AutoScalingGroupName", "TargetGroupARNs"],
    handle(context, { AutoScalingGroupName, TargetGroupARNs = [] }) {
      attach(context, changeableGroup(context.autoScaling, AutoScalingGroupName), TargetGroupARNs);
      return {};
    },
  },

  DetachLoadBalancerTargetGroups: {
    parameters: ["AutoScalingGroupName", "TargetGroupARNs"],
    handle({ autoScaling }, { AutoScalingGroupName, TargetGroupARNs = [] }) {
      detach(changeableGroup(autoScaling, AutoScalingGroupName), TargetGroupARNs);
      return {};
    },
  },

  DescribeLoadBalancerTargetGroups: {
    parameters: ["AutoScalingGroupName", "MaxRecords", "NextToken"],
    handle({ autoScaling }, { AutoScalingGroupName, ...paging }) {
      const states = groupNamed(autoScaling, AutoScalingGroupName).targetGroupStates();
      const { items, NextToken } = page(states, { MaxRecords: 100, ...paging }, 100);
      return {
        LoadBalancerTargetGroups: items.map(({ arn, state }) => ({
          LoadBalancerTargetGroupARN: arn,
          State: state,
        })),
        NextToken,
      };
    },
  },

  AttachTrafficSources: {
    parameters: ["AutoScalingGroupName", "TrafficSources"],
    inert: ["SkipZonalShiftValidation"],
    handle(context, { AutoScalingGroupName, TrafficSources = [] }) {
      const group = changeableGroup(context.autoScaling, AutoScalingGroupName);
      attach(context, group, targetGroupsOf(TrafficSources));
      return {};
    },
  },

  DetachTrafficSources: {
    parameters: ["AutoScalingGroupName", "TrafficSources"],
    handle({ autoScaling }, { AutoScalingGroupName, TrafficSources = [] }) {
      detach(changeableGroup(autoScaling, AutoScalingGroupName), targetGroupsOf(TrafficSources));
      return {};
    },
  },

  DescribeTrafficSources: {
    parameters: ["AutoScalingGroupName", "TrafficSourceType", "MaxRecords", "NextToken"],
    handle({ autoScaling }, { AutoScalingGroupName, TrafficSourceType = "elbv2", ...paging }) {
      const states = groupNamed(autoScaling, AutoScalingGroupName).targetGroupStates();
      const { items, NextToken } = page(TrafficSourceType === "elbv2" ? states : [], paging, 50);
      return {
        TrafficSources: items.map(({ arn, state }) => ({
          TrafficSource: arn,
          Identifier: arn,
          Type: "elbv2",
          State: state,
        })),
        NextToken,
      };
    },
  },
} satisfies Partial<AutoScalingActions>;

/** @throws AwsError for target groups that don't exist */
export function assertTargetGroups(
  { isTargetGroup }: AutoScalingActionContext,
  arns: readonly string[],
): void {
  if (!arns.every(isTargetGroup)) throw refusals.unknownTargetGroups();
}

function attach(context: AutoScalingActionContext, group: AutoScalingGroup, arns: readonly string[]): void {
  assertTargetGroups(context, arns);
  const targetGroupArns = [...new Set([...group.settings.targetGroupArns, ...arns])];
  group.configure({ ...group.settings, targetGroupArns });
}

function detach(group: AutoScalingGroup, arns: readonly string[]): void {
  const { targetGroupArns } = group.settings;
  const unattached = arns.filter(arn => !targetGroupArns.includes(arn));
  if (unattached.length > 0) throw refusals.targetGroupNotAttached(unattached);
  group.configure({
    ...group.settings,
    targetGroupArns: targetGroupArns.filter(arn => !arns.includes(arn)),
  });
}

function targetGroupsOf(sources: readonly TrafficSourceIdentifier[]): string[] {
  return sources.map(({ Identifier = "", Type = "elbv2" }) => {
    if (Type !== "elbv2") throw refusals.trafficSourceType(Type);
    return Identifier;
  });
}
