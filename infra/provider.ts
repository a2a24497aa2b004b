import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { configuredIn } from "./config";

/** The AWS provider, with the stack's `aws:` configuration; tags every resource with its project and stack. */
export function awsProvider(): aws.Provider {
  const { defaultTags, ...configured } = configuredArgs();
  const stackTags = { project: pulumi.getProject(), stack: pulumi.getStack() };
  return new aws.Provider("aws", {
    ...configured,
    defaultTags: {
      tags: pulumi.output(defaultTags).apply(configuredTags => ({ ...configuredTags?.tags, ...stackTags })),
    },
  });
}

/** An explicit provider ignores the stack's configuration unless it is passed on, `allowedAccountIds` included. */
function configuredArgs(): aws.ProviderArgs {
  return Object.fromEntries(Object.entries(configuredIn("aws")).map(([key, text]) => [key, valueOf(text)]));
}

/** Parses lists, objects, booleans and numbers as JSON; other text stays as is. */
function valueOf(text: string): unknown {
  return /^(\[|\{|true$|false$|(0|[1-9]\d{0,8})$)/.test(text) ? JSON.parse(text) : text;
}
