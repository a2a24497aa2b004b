/** The account's quotas, which the region doesn't enforce. Source: "Quotas for your Application Load Balancers" (ELB User Guide). */
import { page } from "./common";
import type { Elbv2Actions } from "./context";

const quotas = {
  "application-load-balancers": 50,
  "target-groups": 3000,
  "target-groups-per-application-load-balancer": 100,
  "target-groups-per-action-on-application-load-balancer": 5,
  "targets-per-application-load-balancer": 1000,
  "targets-per-target-group": 1000,
  "listeners-per-application-load-balancer": 50,
  "rules-per-application-load-balancer": 100,
  "condition-values-per-alb-rule": 5,
  "condition-wildcards-per-alb-rule": 5,
};

export const accountLimitActions = {
  DescribeAccountLimits: {
    parameters: ["Marker", "PageSize"],
    handle(_context, paging) {
      const limits = Object.entries(quotas).map(([Name, max]) => ({ Name, Max: String(max) }));
      const { items, NextMarker } = page(limits, paging);
      return { Limits: items, NextMarker };
    },
  },
} satisfies Partial<Elbv2Actions>;
