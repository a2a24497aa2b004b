/**
 * Groups. Sources: Auto Scaling API Reference, "CreateAutoScalingGroup", "UpdateAutoScalingGroup",
 * "DeleteAutoScalingGroup", "SetDesiredCapacity".
 */
import { assertAtLeast } from "../../../api/protocols/faults";
import type { AutoScalingGroup } from "../group";
import { refusals } from "../refusals";
import type { GroupTag } from "../settings";
import { assertLength, changeableGroup, groupNamed } from "./common";
import type { AutoScalingActions } from "./context";
import { inertFrom, settingsFrom, sharedInert, sharedParameters } from "./group-settings";
import { groupTagsFrom } from "./tags";
import { assertTargetGroups } from "./target-groups";

export const groupActions = {
  CreateAutoScalingGroup: {
    parameters: [...sharedParameters, "TargetGroupARNs", "Tags"],
    inert: sharedInert,
    handle(context, input) {
      const { AutoScalingGroupName: name = "", TargetGroupARNs = [], MinSize = 0, MaxSize = 0 } = input;
      assertLength(name, "AutoScalingGroupName", [1, 255]);
      if (name.includes(":")) throw refusals.nameHasColon(name);
      const { autoScaling } = context;
      autoScaling.assertUnused(name);
      const { launchTemplate, subnetIds, ...given } = settingsFrom(context, input);
      if (!launchTemplate) throw refusals.noLaunchTemplate();
      if (!subnetIds) throw refusals.noZoneOrSubnet();
      assertTargetGroups(context, TargetGroupARNs);
      const tags = groupTagsFrom(name, input.Tags ?? []);
      const settings = {
        defaultCooldown: 300,
        healthCheckType: "EC2" as const,
        healthCheckGracePeriodSeconds: 0,
        newInstancesProtectedFromScaleIn: false,
        terminationPolicies: ["Default" as const],
        ...given,
        name,
        label: labelOf(name, tags),
        minSize: MinSize,
        maxSize: MaxSize,
        launchTemplate,
        subnetIds,
        targetGroupArns: [...new Set(TargetGroupARNs)],
        enabledMetrics: [],
        tags,
        inert: inertFrom(input),
      };
      autoScaling.createGroup(settings, input.DesiredCapacity ?? MinSize);
      return {};
    },
  },

  UpdateAutoScalingGroup: {
    parameters: sharedParameters,
    inert: sharedInert,
    handle(context, input) {
      const { autoScaling } = context;
      const { settings } = changeableGroup(autoScaling, input.AutoScalingGroupName);
      const inert = { ...settings.inert, ...inertFrom(input) };
      autoScaling.updateGroup({ ...settings, ...settingsFrom(context, input), inert }, input.DesiredCapacity);
      return {};
    },
  },

  DeleteAutoScalingGroup: {
    parameters: ["AutoScalingGroupName", "ForceDelete"],
    handle({ autoScaling }, { AutoScalingGroupName, ForceDelete = false }) {
      const group = groupNamed(autoScaling, AutoScalingGroupName);
      if (!ForceDelete) assertEmpty(group);
      if (!group.isClosing) autoScaling.startDeletion(group);
      return {};
    },
  },

  SetDesiredCapacity: {
    // HonorCooldown has no effect: target tracking policies have no cooldown.
    parameters: ["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"],
    handle({ autoScaling }, { AutoScalingGroupName, DesiredCapacity = 0 }) {
      assertAtLeast(0, DesiredCapacity, "DesiredCapacity");
      changeableGroup(autoScaling, AutoScalingGroupName).setDesiredCapacity(DesiredCapacity);
      return {};
    },
  },
} satisfies Partial<AutoScalingActions>;

function assertEmpty({ instances, activities }: AutoScalingGroup): void {
  if ([...instances.values()].some(({ lifecycleState }) => lifecycleState !== "Terminating"))
    throw refusals.groupHasInstances();
  if (instances.size > 0 || activities.some(({ endTime }) => endTime === undefined))
    throw refusals.groupHasActivities();
}

/** Instances are shown by the Name that they get, or by the group's. Part of a folder's name, so without separators. */
function labelOf(name: string, tags: readonly GroupTag[]): string {
  const named = tags.find(({ key }) => key === "Name");
  return (named?.value ?? name).replace(/[^\w.-]/g, "-").slice(0, 100);
}
