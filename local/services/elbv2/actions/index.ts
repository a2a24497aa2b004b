/** Elastic Load Balancing. */
import type { Elbv2Context } from "./context";
import type { Service } from "../../../api/service";
import { describeListeners, describeLoadBalancers } from "./load-balancers";
import { describeTargetGroups, describeTargetHealth } from "./target-groups";

export const elbv2Service: Service<Elbv2Context> = {
  scope: "elasticloadbalancing",
  dialect: "query",
  xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
  actions: [describeListeners, describeLoadBalancers, describeTargetGroups, describeTargetHealth],
};
