import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** The AWS account and region of the stack's `aws:` configuration; whatever it makes says which stack it is of. */
export function awsProvider(): aws.Provider {
  const config = new pulumi.Config("aws");
  return new aws.Provider("aws", {
    region: config.get<aws.Region>("region"),
    profile: config.get("profile"),
    defaultTags: { tags: { project: pulumi.getProject(), stack: pulumi.getStack() } },
  });
}
