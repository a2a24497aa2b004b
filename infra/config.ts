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
});

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
    return [`${key}: ${issue.message}; got ${JSON.stringify(values[key])}`];
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
