/**
 * What EC2 refuses, apart from unknown and malformed ids (resource-types.ts). refusals.test.ts has a call for each.
 * Source: "Error codes for the Amazon EC2 API", unless a line names another.
 */
import { AwsError } from "../../api/aws-error";

export const refusals = {
  /** What the region lacks, rather than the caller. */
  noIpv6: (parameter: string) =>
    new AwsError("UnsupportedOperation", `The local region has no IPv6; leave out ${parameter}`),

  /** Source: EC2 API Reference, "CreateVpc": a block size between /16 and /28. */
  vpcRange: (cidr: string) => new AwsError("InvalidVpc.Range", `The CIDR '${cidr}' is invalid.`),
  invalidCidr: (parameter: string, value: string) =>
    new AwsError(
      "InvalidParameterValue",
      `Value (${value}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
    ),
  vpcHasDependencies: (id: string) => dependencyViolation("vpc", id),

  tagWithoutResourceType: () =>
    new AwsError("InvalidParameterValue", "Tag specification resource type must have a value"),
  tagOnOtherType: (type: string) =>
    new AwsError(
      "InvalidParameterValue",
      `'${type}' is not a valid taggable resource type for this operation.`,
    ),
  tagKeyReserved: () =>
    new AwsError("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"),
  tagKeyInvalid: (key: string) =>
    new AwsError("InvalidParameterValue", `Tag key '${key}' must have 1 to 127 characters`),
  tagValueTooLong: () =>
    new AwsError("InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters"),
  tagKeyTwice: (key: string) =>
    new AwsError("InvalidParameterValue", `Duplicate tag key '${key}' specified.`),
  tooManyTags: () => new AwsError("TagLimitExceeded", "More than 50 tags are not allowed on a resource"),
} satisfies Record<string, (...args: never[]) => AwsError>;

function dependencyViolation(kind: string, id: string): AwsError {
  return new AwsError("DependencyViolation", `The ${kind} '${id}' has dependencies and cannot be deleted.`);
}
