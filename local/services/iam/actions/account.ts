/** The account and its one user. Sources: IAM API Reference, "GetUser", "ListAccountAliases". */
import { operator } from "../../../identifiers";
import { validName } from "../constraints";
import { refusals } from "../refusals";
import { page, pageParameters } from "./common";
import type { IamActions } from "./context";

export const accountActions = {
  /** Without a name, the user whose credentials signed the request: any credentials are the operator's. */
  GetUser: {
    parameters: ["UserName"],
    handle({ wallClock }, { UserName = operator.name }) {
      if (validName("userName", UserName) !== operator.name) throw refusals.userNotFound(UserName);
      return {
        User: {
          Path: "/",
          UserName,
          UserId: operator.id,
          Arn: operator.arn,
          CreateDate: wallClock.show(0),
        },
      };
    },
  },

  /** A new account has none. */
  ListAccountAliases: {
    parameters: pageParameters,
    handle(_context, input) {
      const { items, ...paging } = page<string>([], input);
      return { AccountAliases: items, ...paging };
    },
  },
} satisfies Partial<IamActions>;
