/**
 * What an account has without asking for it, and the lists of what no group here can have: hooks, schedules,
 * warm pools, classic load balancers, launch configurations. Source: Auto Scaling API Reference.
 */
import { terminationPolicies } from "../termination-policy";
import { groupNamed } from "./common";
import type { AutoScalingActionContext, AutoScalingActions } from "./context";

/** The list is empty, and the group must exist if it is named. */
const noneOf =
  <Output>(output: Output) =>
  (
    { autoScaling }: AutoScalingActionContext,
    { AutoScalingGroupName }: { AutoScalingGroupName?: string },
  ) => {
    if (AutoScalingGroupName !== undefined) groupNamed(autoScaling, AutoScalingGroupName);
    return output;
  };

const paging = ["MaxRecords", "NextToken"] as const;

export const accountActions: Pick<
  AutoScalingActions,
  | "DescribeAccountLimits"
  | "DescribeAdjustmentTypes"
  | "DescribeLaunchConfigurations"
  | "DescribeLifecycleHooks"
  | "DescribeLifecycleHookTypes"
  | "DescribeLoadBalancers"
  | "DescribeScheduledActions"
  | "DescribeTerminationPolicyTypes"
  | "DescribeWarmPool"
> = {
  DescribeAccountLimits: {
    parameters: [],
    // The documented default quotas.
    handle: ({ autoScaling }) => ({
      MaxNumberOfAutoScalingGroups: 500,
      MaxNumberOfLaunchConfigurations: 200,
      NumberOfAutoScalingGroups: autoScaling.groups.size,
      NumberOfLaunchConfigurations: 0,
    }),
  },

  DescribeAdjustmentTypes: {
    parameters: [],
    handle: () => ({
      AdjustmentTypes: ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"].map(
        AdjustmentType => ({
          AdjustmentType,
        }),
      ),
    }),
  },

  DescribeTerminationPolicyTypes: {
    parameters: [],
    handle: () => ({ TerminationPolicyTypes: terminationPolicies }),
  },

  DescribeLifecycleHooks: {
    parameters: ["AutoScalingGroupName", "LifecycleHookNames"],
    handle: noneOf({ LifecycleHooks: [] }),
  },

  DescribeLifecycleHookTypes: {
    parameters: [],
    handle: () => ({
      LifecycleHookTypes: ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"],
    }),
  },

  DescribeScheduledActions: {
    parameters: ["AutoScalingGroupName", "ScheduledActionNames", "StartTime", "EndTime", ...paging],
    handle: noneOf({ ScheduledUpdateGroupActions: [] }),
  },

  DescribeWarmPool: {
    parameters: ["AutoScalingGroupName", ...paging],
    handle: noneOf({ Instances: [] }),
  },

  DescribeLoadBalancers: {
    parameters: ["AutoScalingGroupName", ...paging],
    handle: noneOf({ LoadBalancers: [] }),
  },

  DescribeLaunchConfigurations: {
    parameters: ["LaunchConfigurationNames", ...paging],
    handle: () => ({ LaunchConfigurations: [] }),
  },
};
