import type { ServiceOf } from "../../../api/service";
import type { AutoScalingActionContext } from "./context";
import { describeAutoScalingGroups, setDesiredCapacity } from "./groups";
import { describePolicies } from "./policies";
import { describeScalingActivities, terminateInstanceInAutoScalingGroup } from "./scaling-activities";

export const autoScalingService = {
  scope: "autoscaling",
  query: { dialect: "query", xmlNamespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/" },
  model: () => import("@aws-sdk/client-auto-scaling"),
  source: "local/services/auto-scaling/actions/index.ts",
  actions: {
    DescribeAutoScalingGroups: describeAutoScalingGroups,
    DescribePolicies: describePolicies,
    DescribeScalingActivities: describeScalingActivities,
    SetDesiredCapacity: setDesiredCapacity,
    TerminateInstanceInAutoScalingGroup: terminateInstanceInAutoScalingGroup,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-auto-scaling"), AutoScalingActionContext>;
