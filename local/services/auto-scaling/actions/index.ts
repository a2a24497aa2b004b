/** EC2 Auto Scaling. */
import type { AutoScalingActionContext } from "./context";
import type { Service } from "../../../api/service";
import { describeScalingActivities, terminateInstanceInAutoScalingGroup } from "./scaling-activities";
import { describeAutoScalingGroups, setDesiredCapacity } from "./groups";
import { describePolicies } from "./policies";

export const autoScalingService: Service<AutoScalingActionContext> = {
  scope: "autoscaling",
  dialect: "query",
  xmlNamespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
  actions: [
    describeAutoScalingGroups,
    describePolicies,
    describeScalingActivities,
    setDesiredCapacity,
    terminateInstanceInAutoScalingGroup,
  ],
};
