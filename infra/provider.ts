import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** As the stack's `aws:` configuration has it; whatever it makes says which stack it is of. */
export function awsProvider(): aws.Provider {
  const { defaultTags, ...configured } = configuredArgs();
  const own = { project: pulumi.getProject(), stack: pulumi.getStack() };
  return new aws.Provider("aws", {
    ...configured,
    defaultTags: { tags: pulumi.output(defaultTags).apply(theirs => ({ ...theirs?.tags, ...own })) },
  });
}

/** A provider of the program's own takes no configuration by itself: an `allowedAccountIds` would guard nothing. */
function configuredArgs(): aws.ProviderArgs {
  const prefix = "aws:";
  const configured = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(configured.map(([key, text]) => [key.slice(prefix.length), valueOf(text)]));
}

/** Lists, objects, booleans and numbers are configured as JSON, text as it is. */
function valueOf(text: string): unknown {
  return /^(\[|\{|true$|false$|(0|[1-9]\d{0,8})$)/.test(text) ? JSON.parse(text) : text;
}
