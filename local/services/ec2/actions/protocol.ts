/** How the EC2 API is spoken, whoever calls it. */
export const ec2 = {
  scope: "ec2",
  dialect: "ec2",
  xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
} as const;
