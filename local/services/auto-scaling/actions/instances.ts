/**
 * Instances of groups. Sources: Auto Scaling API Reference, "SetInstanceHealth", "SetInstanceProtection",
 * "TerminateInstanceInAutoScalingGroup".
 */
import { refusals } from "../refusals";
import { changeableGroup, managedInstance } from "./common";
import type { AutoScalingActions } from "./context";
import { activityDescription } from "./scaling-activities";

export const instanceActions = {
  SetInstanceHealth: {
    parameters: ["InstanceId", "HealthStatus", "ShouldRespectGracePeriod"],
    handle({ autoScaling }, { InstanceId, HealthStatus = "", ShouldRespectGracePeriod = true }) {
      if (HealthStatus !== "Healthy" && HealthStatus !== "Unhealthy")
        throw refusals.healthStatus(HealthStatus);
      const { group, instance } = managedInstance(autoScaling, InstanceId);
      group.setInstanceHealth(instance, HealthStatus === "Healthy", ShouldRespectGracePeriod);
      return {};
    },
  },

  SetInstanceProtection: {
    parameters: ["InstanceIds", "AutoScalingGroupName", "ProtectedFromScaleIn"],
    handle({ autoScaling }, { InstanceIds = [], AutoScalingGroupName, ProtectedFromScaleIn = false }) {
      const group = changeableGroup(autoScaling, AutoScalingGroupName);
      const instances = InstanceIds.map(id => {
        const instance = group.instances.get(id);
        if (!instance) throw refusals.instanceOfOtherGroup(id, group.name);
        if (instance.lifecycleState !== "InService") throw refusals.instanceNotInService(id);
        return instance;
      });
      group.protect(instances, ProtectedFromScaleIn);
      return {};
    },
  },

  TerminateInstanceInAutoScalingGroup: {
    parameters: ["InstanceId", "ShouldDecrementDesiredCapacity"],
    handle(context, { InstanceId = "", ShouldDecrementDesiredCapacity = false }) {
      const { group } = managedInstance(context.autoScaling, InstanceId);
      const activity = group.terminateInstance(InstanceId, ShouldDecrementDesiredCapacity);
      if (!activity) throw refusals.instanceNotFound(InstanceId);
      return { Activity: activityDescription(context, group, activity) };
    },
  },
} satisfies Partial<AutoScalingActions>;
