import { clientModel } from "../../../api/schema";
import type { ServiceOf } from "../../../api/service";
import { accountActions } from "./account";
import type { IamActionContext } from "./context";
import { instanceProfileActions } from "./instance-profiles";
import { managedPolicyActions } from "./managed-policies";
import { rolePolicyActions } from "./role-policies";
import { roleActions } from "./roles";

export const iamService = {
  scope: "iam",
  global: true,
  query: { dialect: "query", xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
  model: clientModel<typeof import("@aws-sdk/client-iam")>("@aws-sdk/client-iam"),
  source: "local/services/iam/actions/index.ts",
  actions: {
    ...roleActions,
    ...rolePolicyActions,
    ...instanceProfileActions,
    ...managedPolicyActions,
    ...accountActions,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-iam"), IamActionContext>;
