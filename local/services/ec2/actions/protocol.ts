/** How the EC2 API is spoken, whoever calls it. */
export const ec2Protocol = {
  scope: "ec2",
  query: { dialect: "ec2", xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
  model: () => import("@aws-sdk/client-ec2"),
} as const;
