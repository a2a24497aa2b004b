/** The processes that a group can suspend. Source: EC2 Auto Scaling User Guide, "Suspend and resume processes". */

/** AZRebalance and ScheduledActions have nothing to suspend here: nothing rebalances, and there are no schedules. */
export const scalingProcesses = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
] as const;

export type ScalingProcess = (typeof scalingProcesses)[number];
