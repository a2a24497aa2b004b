import { clientModel } from "../../../api/schema";
import type { ServiceOf } from "../../../api/service";
import { accountLimitActions } from "./account-limits";
import type { Elbv2ActionContext } from "./context";
import { listenerCertificateActions } from "./listener-certificates";
import { listenerActions } from "./listeners";
import { loadBalancerActions } from "./load-balancers";
import { ruleActions } from "./rules";
import { tagActions } from "./tags";
import { targetGroupActions } from "./target-groups";
import { targetActions } from "./targets";

export const elbv2Service = {
  scope: "elasticloadbalancing",
  query: { dialect: "query", xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/" },
  model: clientModel<typeof import("@aws-sdk/client-elastic-load-balancing-v2")>(
    "@aws-sdk/client-elastic-load-balancing-v2",
  ),
  source: "local/services/elbv2/actions/index.ts",
  actions: {
    ...accountLimitActions,
    ...listenerActions,
    ...listenerCertificateActions,
    ...loadBalancerActions,
    ...ruleActions,
    ...tagActions,
    ...targetActions,
    ...targetGroupActions,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-elastic-load-balancing-v2"), Elbv2ActionContext>;
