/** The EC2 API's protocol, for operators and hosts alike. */
export const ec2Protocol = {
  scope: "ec2",
  query: { dialect: "ec2", xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
  model: () => import("@aws-sdk/client-ec2"),
  source: "local/services/ec2/actions/index.ts",
} as const;
