/**
 * Sources: Auto Scaling API Reference, "StartInstanceRefresh", "CancelInstanceRefresh", "DescribeInstanceRefreshes",
 * "RefreshPreferences".
 */
import type { InstanceRefresh as RefreshDescription, RefreshPreferences } from "@aws-sdk/client-auto-scaling";
import { failsConstraint } from "../../../api/protocols/faults";
import { percentageComplete, type InstanceRefresh, type RefreshRequest } from "../instance-refreshes";
import { refusals } from "../refusals";
import { assertInRange, changeableGroup, groupNamed, oneOf, page } from "./common";
import type { AutoScalingActionContext, AutoScalingActions } from "./context";
import { launchTemplateDescription } from "./group-description";
import { launchTemplateFrom } from "./group-settings";

export const instanceRefreshActions = {
  StartInstanceRefresh: {
    parameters: [
      "AutoScalingGroupName",
      "Strategy",
      "DesiredConfiguration.LaunchTemplate",
      "Preferences.MinHealthyPercentage",
      "Preferences.MaxHealthyPercentage",
      "Preferences.InstanceWarmup",
      "Preferences.SkipMatching",
      "Preferences.ScaleInProtectedInstances",
      "Preferences.AutoRollback",
    ],
    // No instance is ever on standby here.
    inert: ["Preferences.StandbyInstances"],
    handle(
      context,
      { AutoScalingGroupName, Strategy = "Rolling", Preferences = {}, DesiredConfiguration = {} },
    ) {
      const group = changeableGroup(context.autoScaling, AutoScalingGroupName);
      if (Strategy !== "Rolling") throw refusals.strategy(Strategy);
      const { LaunchTemplate } = DesiredConfiguration;
      const request = {
        ...preferencesFrom(Preferences),
        launchTemplate: LaunchTemplate && launchTemplateFrom(context, LaunchTemplate),
      };
      if (group.refreshes.active) throw refusals.refreshInProgress();
      return { InstanceRefreshId: group.startInstanceRefresh(request).id };
    },
  },

  CancelInstanceRefresh: {
    parameters: ["AutoScalingGroupName", "WaitForTransitioningInstances"],
    handle({ autoScaling }, { AutoScalingGroupName, WaitForTransitioningInstances = true }) {
      const group = changeableGroup(autoScaling, AutoScalingGroupName);
      const { inProgress } = group.refreshes;
      if (!inProgress) throw refusals.noActiveRefresh(group.name);
      group.cancelInstanceRefresh(inProgress, WaitForTransitioningInstances);
      return { InstanceRefreshId: inProgress.id };
    },
  },

  DescribeInstanceRefreshes: {
    parameters: ["AutoScalingGroupName", "InstanceRefreshIds", "MaxRecords", "NextToken"],
    handle(context, { AutoScalingGroupName, InstanceRefreshIds = [], ...paging }) {
      const group = groupNamed(context.autoScaling, AutoScalingGroupName);
      const { all } = group.refreshes;
      const unknown = InstanceRefreshIds.find(id => !all.some(refresh => refresh.id === id));
      if (unknown !== undefined) throw refusals.refreshNotFound(unknown);
      const found = all.filter(
        ({ id }) => InstanceRefreshIds.length === 0 || InstanceRefreshIds.includes(id),
      );
      const { items, NextToken } = page(found, paging, 100);
      return {
        InstanceRefreshes: items.map(refresh => descriptionOf(context, group.name, refresh)),
        NextToken,
      };
    },
  },
} satisfies Partial<AutoScalingActions>;

const scaleInProtected = ["Refresh", "Ignore", "Wait"] as const;

/** 90 and 100 % healthy are AWS's defaults. */
function preferencesFrom(preferences: RefreshPreferences): RefreshRequest {
  const { MinHealthyPercentage, MaxHealthyPercentage, InstanceWarmup, ScaleInProtectedInstances } =
    preferences;
  assertInRange(MinHealthyPercentage, "preferences.minHealthyPercentage", [0, 100]);
  assertInRange(MaxHealthyPercentage, "preferences.maxHealthyPercentage", [100, 200]);
  assertInRange(InstanceWarmup, "preferences.instanceWarmup", [0, 2 ** 31 - 1]);
  if (MaxHealthyPercentage !== undefined && MinHealthyPercentage === undefined)
    throw refusals.maximumWithoutMinimum();
  const { min, max } = { min: MinHealthyPercentage ?? 90, max: MaxHealthyPercentage ?? 100 };
  if (MaxHealthyPercentage !== undefined && max - min > 100) throw refusals.healthyPercentages(min, max);
  if (preferences.AutoRollback) throw refusals.autoRollback();
  return {
    minHealthyPercentage: min,
    maxHealthyPercentage: max,
    instanceWarmupSeconds: InstanceWarmup,
    skipMatching: preferences.SkipMatching ?? false,
    standbyInstances: preferences.StandbyInstances,
    scaleInProtectedInstances: oneOf(ScaleInProtectedInstances, scaleInProtected, value =>
      failsConstraint(
        value,
        "preferences.scaleInProtectedInstances",
        `Member must satisfy enum value set: [${scaleInProtected.join(", ")}]`,
      ),
    ),
  };
}

function descriptionOf(
  context: AutoScalingActionContext,
  AutoScalingGroupName: string,
  refresh: InstanceRefresh,
): RefreshDescription {
  const { wallClock } = context;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName,
    Status: refresh.status,
    StatusReason: refresh.statusReason,
    StartTime: wallClock.show(refresh.startTime),
    EndTime: refresh.endTime === undefined ? undefined : wallClock.show(refresh.endTime),
    PercentageComplete: percentageComplete(refresh),
    InstancesToUpdate: refresh.remaining,
    Preferences: {
      MinHealthyPercentage: refresh.minHealthyPercentage,
      MaxHealthyPercentage: refresh.maxHealthyPercentage,
      InstanceWarmup: refresh.instanceWarmupSeconds,
      SkipMatching: refresh.skipMatching,
      AutoRollback: false,
      ScaleInProtectedInstances: refresh.scaleInProtectedInstances ?? "Wait",
      StandbyInstances: refresh.standbyInstances ?? "Wait",
    },
    DesiredConfiguration: refresh.launchTemplate && {
      LaunchTemplate: launchTemplateDescription(context, refresh.launchTemplate),
    },
    Strategy: "Rolling",
  };
}
