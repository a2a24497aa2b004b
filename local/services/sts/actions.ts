/** The Security Token Service. Source: STS API Reference, "GetCallerIdentity". */
import { clientModel } from "../../api/schema";
import type { ServiceOf } from "../../api/service";
import { accountId, operator } from "../../identifiers";

export const stsService = {
  scope: "sts",
  global: true,
  query: { dialect: "query", xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
  model: clientModel<typeof import("@aws-sdk/client-sts")>("@aws-sdk/client-sts"),
  source: "local/services/sts/actions.ts",
  actions: {
    GetCallerIdentity: {
      parameters: [],
      /** Any credentials belong to the one operator. */
      handle: () => ({
        UserId: operator.id,
        Account: accountId,
        Arn: operator.arn,
      }),
    },
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-sts"), unknown>;
