/** The EC2 API's protocol, for operators and hosts alike. */
import { clientModel } from "../../../api/schema";

export const ec2Protocol = {
  scope: "ec2",
  query: { dialect: "ec2", xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
  model: clientModel<typeof import("@aws-sdk/client-ec2")>("@aws-sdk/client-ec2"),
  source: "local/services/ec2/actions/index.ts",
} as const;
