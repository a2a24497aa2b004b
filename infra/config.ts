/**
 * Validates the stack's configuration. Pulumi.yaml lists every key with its description and default; this file says
 * which values are valid. Everything is checked before the first resource, and all problems are reported together.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { isPrivate, parseIpv4Cidr } from "./cidr";

/**
 * Families with a "g" after the generation run on AWS Graviton; a1, mac2 and later Macs are also arm64. Source: EC2
 * documentation, "Amazon EC2 instance type naming conventions".
 */
const arm64 = /^(a1|mac(2|-m)[a-z0-9-]*|[a-z]+[0-9]+g[a-z0-9-]*)\./;

function wholeNumber(smallest: number, largest: number) {
  const allowed = `must be a whole number from ${smallest} to ${largest}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, allowed)
    .transform(Number)
    .refine(value => value >= smallest && value <= largest, allowed);
}

const flag = z.enum(["true", "false"], "must be true or false").transform(text => text === "true");

const arnPrefix = "arn:aws(-cn|-us-gov)?:";
/** Source: S3 User Guide, "General purpose bucket naming rules", apart from the reserved prefixes and suffixes. */
const bucketName = /(?!\d+(\.\d+){3}\b)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.source;

/** Text of this form; the empty default means none. */
function optional(form: string, allowed: string) {
  return z.string().regex(new RegExp(`^(${form})?$`), `must be empty or ${allowed}`);
}

/** "user@host:port", such as "ec2-user@bastion.example.com:22"; the empty default means none. */
const bastion = z
  .string()
  .refine(
    text => text === "" || parseBastion(text) !== undefined,
    "must be empty or user@host:port, such as ec2-user@198.51.100.7:22",
  )
  .transform(parseBastion);

/** In any partition: AWS, China, GovCloud. Source: Service Authorization Reference, "Resource types defined by AWS Certificate Manager". */
const certificateArn = z
  .string()
  .regex(
    /^(arn:aws(-[a-z]+)*:acm:[a-z]{2}(-[a-z]+)+-\d:\d{12}:certificate\/[\w-]+)?$/,
    "must be empty or the ARN of an ACM certificate, such as " +
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
  )
  .transform(arn => (arn === "" ? undefined : arn));

const fields = z.strictObject({
  // A /19 gives /27 subnets, the smallest AWS accepts for a load balancer.
  vpcCidr: z.string().refine(text => {
    const cidr = parseIpv4Cidr(text);
    return cidr !== undefined && isPrivate(cidr) && cidr.prefix >= 16 && cidr.prefix <= 19;
  }, "must be a private IPv4 network from /16 to /19 without bits beyond its prefix, such as 10.0.0.0/16"),
  receiverCount: wholeNumber(1, 20),
  instanceType: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "must be an EC2 instance type, such as t3.micro")
    .refine(
      type => !arm64.test(type),
      "must be an x86-64 type, such as t3.micro: the runtime is not built for arm64",
    ),
  sshCidr: z
    .string()
    .refine(
      text => parseIpv4Cidr(text) !== undefined,
      "must be an IPv4 range without bits beyond its prefix, such as 203.0.113.7/32",
    ),
  minSize: wholeNumber(0, 100),
  maxSize: wholeNumber(1, 100),
  desiredCapacity: wholeNumber(0, 100),
  warmupSeconds: wholeNumber(1, 3600),
  targetCpuPercent: wholeNumber(1, 100),
  stressSeconds: wholeNumber(1, 3600),
  refreshMinutes: wholeNumber(0, 240),
  imageId: optional("ami-([0-9a-f]{8}|[0-9a-f]{17})", "an image's id, such as ami-0123456789abcdef0"),
  certificateArn,
  sshBastion: bastion,
  sshBastionPrivateKey: z
    .string()
    .regex(/^($|-----BEGIN [A-Z ]*PRIVATE KEY-----\n)/, "must be empty or a private key in PEM format"),
  accessLogsBucket: optional(bucketName, "the name of an S3 bucket, such as my-logs"),
  // Other destinations need a role.
  flowLogsDestination: optional(
    `${arnPrefix}s3:::${bucketName}(/[A-Za-z0-9!_.*'()/-]+)?`,
    "the ARN of an S3 bucket, such as arn:aws:s3:::my-logs or arn:aws:s3:::my-logs/folder",
  ),
  alarmsTopicArn: optional(
    `${arnPrefix}sns:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]{1,256}`,
    "the ARN of an SNS standard topic, such as arn:aws:sns:us-east-1:123456789012:alarms",
  ),
  protect: flag,
  deletionProtection: flag,
});

/** Keys whose values are never shown. */
const secretKeys: readonly string[] = ["sshBastionPrivateKey"];

export interface Bastion {
  user: string;
  host: string;
  port: number;
}

function parseBastion(text: string): Bastion | undefined {
  const [, user, host, digits] =
    /^([a-z_][a-z0-9_.-]*)@([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  return user !== undefined && host !== undefined && port >= 1 && port <= 65535
    ? { user, host, port }
    : undefined;
}

const capacityKeys: unknown[] = ["minSize", "desiredCapacity", "maxSize"];
const schema = fields.superRefine(
  ({ minSize, desiredCapacity, maxSize }, context) => {
    const issue = (key: string, message: string) => {
      context.addIssue({ code: "custom", path: [key], message });
    };
    if (minSize > maxSize) issue("minSize", `must be at most maxSize (${maxSize})`);
    else if (desiredCapacity < minSize || desiredCapacity > maxSize)
      issue("desiredCapacity", `must be from minSize (${minSize}) to maxSize (${maxSize})`);
  },
  // Checked even if other keys are invalid, so that every problem is reported.
  { when: ({ issues }) => !issues.some(({ path }) => capacityKeys.includes(path?.[0])) },
);

export type Config = z.infer<typeof schema>;

/**
 * @param values as configured, with keys that lack the project's prefix
 * @throws pulumi.RunError listing each offending key, its value and what is allowed
 */
export function validate(values: Record<string, string>): Config {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap(issue => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map(
        key => `${key}: unknown key; known keys: ${Object.keys(fields.shape).join(", ")}`,
      );
    }
    const key = String(issue.path[0]);
    const got = secretKeys.includes(key) ? "something else" : JSON.stringify(values[key]);
    return [`${key}: ${issue.message}; got ${got}`];
  });
  const all = [...new Set(problems)].map(problem => `\n  ${problem}`).join("");
  throw new pulumi.RunError(`the stack's configuration is not valid:${all}`);
}

/** The stack's values in a namespace, such as "aws", by key without it. */
export function configuredIn(namespace: string): Record<string, string> {
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = all.filter(([key]) => key.startsWith(`${namespace}:`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(namespace.length + 1), value]));
}

/** Relies on the engine to fill in Pulumi.yaml's defaults. */
export function loadConfig(): Config {
  const config = validate(configuredIn(pulumi.getProject()));
  // Without an engine nothing is deployed, and so nothing is opened.
  if (config.sshCidr === "0.0.0.0/0" && pulumi.runtime.getEngine()) {
    void pulumi.log.warn(
      "port 22 of the hosts is open to every address; narrow it with `pulumi config set sshCidr <your address>/32`",
    );
  }
  return config;
}
