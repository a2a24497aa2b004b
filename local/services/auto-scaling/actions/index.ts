import { clientModel } from "../../../api/schema";
import type { ServiceOf } from "../../../api/service";
import { accountActions } from "./account";
import type { AutoScalingActionContext } from "./context";
import { groupDescriptionActions } from "./group-description";
import { groupActions } from "./groups";
import { instanceRefreshActions } from "./instance-refreshes";
import { instanceActions } from "./instances";
import { metricsCollectionActions } from "./metrics-collection";
import { notificationActions } from "./notifications";
import { policyActions } from "./policies";
import { scalingActivityActions } from "./scaling-activities";
import { scalingProcessActions } from "./scaling-processes";
import { tagActions } from "./tags";
import { targetGroupActions } from "./target-groups";

export const autoScalingService = {
  scope: "autoscaling",
  query: { dialect: "query", xmlNamespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/" },
  model: clientModel<typeof import("@aws-sdk/client-auto-scaling")>("@aws-sdk/client-auto-scaling"),
  source: "local/services/auto-scaling/actions/index.ts",
  actions: {
    ...accountActions,
    ...groupActions,
    ...groupDescriptionActions,
    ...instanceActions,
    ...instanceRefreshActions,
    ...metricsCollectionActions,
    ...notificationActions,
    ...policyActions,
    ...scalingActivityActions,
    ...scalingProcessActions,
    ...tagActions,
    ...targetGroupActions,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-auto-scaling"), AutoScalingActionContext>;
