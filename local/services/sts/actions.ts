/** The Security Token Service. Source: STS API Reference, "GetCallerIdentity". */
import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from "@aws-sdk/client-sts";
import { action, type ServiceOf } from "../../api/service";
import { accountId } from "../../identifiers";

/** Any credentials belong to the one operator. */
const operator = { UserId: "AIDALOCALREGIONOPERATOR", Account: accountId };

export const stsService = {
  scope: "sts",
  query: { dialect: "query", xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
  model: () => import("@aws-sdk/client-sts"),
  actions: {
    GetCallerIdentity: action<unknown, GetCallerIdentityRequest, GetCallerIdentityResponse>([], () => ({
      ...operator,
      Arn: `arn:aws:iam::${accountId}:user/operator`,
    })),
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-sts"), unknown>;
