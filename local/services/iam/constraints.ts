/** The constraints of IAM's parameters. Source: IAM API Reference, each action's parameters. */
import { failsConstraint } from "../../api/protocols/faults";
import { refusals } from "./refusals";

/** Ranges of lengths. */
export const lengths = {
  roleName: [1, 64],
  instanceProfileName: [1, 128],
  policyName: [1, 128],
  userName: [1, 128],
  description: [0, 1000],
  path: [1, 512],
  pathPrefix: [1, 512],
  policyArn: [20, 2048],
  policyDocument: [1, 131_072],
  assumeRolePolicyDocument: [1, 131_072],
} satisfies Record<string, [least: number, most: number]>;

type Parameter = keyof typeof lengths;

/** @throws AwsError unless IAM takes it as a name */
export function validName(parameter: Parameter, name = ""): string {
  assertLength(parameter, name);
  if (!/^[A-Za-z0-9_+=,.@-]+$/.test(name)) throw refusals.invalidName(parameter);
  return name;
}

/** @throws AwsError unless IAM takes it as a path */
export function validPath(path = "/"): string {
  assertLength("path", path);
  if (!/^(\/|\/[!-~]+\/)$/.test(path)) throw refusals.invalidPath("path");
  return path;
}

/** @throws AwsError unless paths can begin with it */
export function validPathPrefix(prefix = "/"): string {
  assertLength("pathPrefix", prefix);
  if (!/^\/[!-\x7f]*$/.test(prefix)) throw refusals.invalidPath("pathPrefix");
  return prefix;
}

/** @throws AwsError unless it is the ARN of a policy */
export function validPolicyArn(arn = ""): string {
  assertLength("policyArn", arn);
  if (!/^arn:aws:iam::(aws|\d{12}):policy\/\S+$/.test(arn)) throw refusals.invalidArn(arn);
  return arn;
}

/** @throws AwsError for a length out of range */
export function assertLength(parameter: Parameter, value: string): void {
  const [least, most] = lengths[parameter];
  assertRange(parameter, value, value.length, { least, most, of: "length" });
}

/** In seconds. @throws AwsError for a duration out of range */
export function validSessionDuration(seconds = 3600): number {
  assertRange("maxSessionDuration", String(seconds), seconds, { least: 3600, most: 43_200, of: "value" });
  return seconds;
}

function assertRange(
  parameter: string,
  value: string,
  measure: number,
  { least, most, of }: { least: number; most: number; of: "length" | "value" },
): void {
  if (measure < least)
    throw failsConstraint(value, parameter, `Member must have ${of} greater than or equal to ${least}`);
  if (measure > most)
    throw failsConstraint(value, parameter, `Member must have ${of} less than or equal to ${most}`);
}
