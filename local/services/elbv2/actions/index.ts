import type { ServiceOf } from "../../../api/service";
import type { Elbv2ActionContext } from "./context";
import { describeListeners, describeLoadBalancers } from "./load-balancers";
import { describeTargetGroups, describeTargetHealth } from "./target-groups";

export const elbv2Service = {
  scope: "elasticloadbalancing",
  query: { dialect: "query", xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/" },
  model: () => import("@aws-sdk/client-elastic-load-balancing-v2"),
  source: "local/services/elbv2/actions/index.ts",
  actions: {
    DescribeListeners: describeListeners,
    DescribeLoadBalancers: describeLoadBalancers,
    DescribeTargetGroups: describeTargetGroups,
    DescribeTargetHealth: describeTargetHealth,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-elastic-load-balancing-v2"), Elbv2ActionContext>;
