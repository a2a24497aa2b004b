import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { configuredIn } from "./config";
import type { ClientSettings } from "./refresh-wait";

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

/** The provider's account and its Auto Scaling endpoint, for another client; secret if a key is among them. */
export function clientSettings(): pulumi.Output<ClientSettings> {
  const { profile, accessKey, secretKey, token, assumeRoles, endpoints } =
    configuredArgs() as ConfiguredClient;
  const settings = {
    profile,
    accessKey,
    secretKey,
    token,
    assumeRoles,
    endpoint: endpoints?.[0]?.autoscaling,
  };
  return secretKey === undefined ? pulumi.output(settings) : pulumi.secret(settings);
}

type ConfiguredClient = Omit<ClientSettings, "endpoint"> & { endpoints?: { autoscaling?: string }[] };

/** An explicit provider ignores the stack's configuration unless it is passed on, `allowedAccountIds` included. */
function configuredArgs(): aws.ProviderArgs {
  return Object.fromEntries(Object.entries(configuredIn("aws")).map(([key, text]) => [key, valueOf(text)]));
}

/** Parses lists, objects, booleans and numbers as JSON; other text stays as is. */
function valueOf(text: string): unknown {
  return /^(\[|\{|true$|false$|(0|[1-9]\d{0,8})$)/.test(text) ? JSON.parse(text) : text;
}
