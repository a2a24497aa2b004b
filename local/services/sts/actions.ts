/** The Security Token Service: who one is. Source: STS API Reference, "GetCallerIdentity". */
import { GetCallerIdentity$ } from "@aws-sdk/client-sts";
import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from "@aws-sdk/client-sts";
import { accountId } from "../../identifiers";
import { action, type Service } from "../../api/service";

/** Whatever the credentials, there is one operator. */
const operator = { UserId: "AIDALOCALREGIONOPERATOR", Account: accountId };

export const stsService: Service<unknown> = {
  scope: "sts",
  dialect: "query",
  xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  actions: [
    action<unknown, GetCallerIdentityRequest, GetCallerIdentityResponse>(GetCallerIdentity$, [], () => ({
      ...operator,
      Arn: `arn:aws:iam::${accountId}:user/operator`,
    })),
  ],
};
