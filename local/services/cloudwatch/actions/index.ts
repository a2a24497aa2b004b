import { clientModel } from "../../../api/schema";
import type { ServiceOf } from "../../../api/service";
import { alarmTagActions } from "./alarm-tags";
import { alarmActions } from "./alarms";
import type { CloudWatchActionContext } from "./context";
import { dashboardActions } from "./dashboards";
import { metricDataActions } from "./metric-data";
import { readingActions } from "./metric-statistics";

export const cloudWatchService = {
  scope: "monitoring",
  query: { dialect: "query", xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/" },
  serviceName: "GraniteServiceVersion20100801",
  model: clientModel<typeof import("@aws-sdk/client-cloudwatch")>("@aws-sdk/client-cloudwatch"),
  source: "local/services/cloudwatch/actions/index.ts",
  actions: {
    ...alarmActions,
    ...alarmTagActions,
    ...dashboardActions,
    ...metricDataActions,
    ...readingActions,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-cloudwatch"), CloudWatchActionContext>;
