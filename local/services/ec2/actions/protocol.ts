/** How the EC2 API is spoken, both by operators and by hosts. */
export const ec2Protocol = {
  scope: "ec2",
  query: { dialect: "ec2", xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
  model: () => import("@aws-sdk/client-ec2"),
} as const;
