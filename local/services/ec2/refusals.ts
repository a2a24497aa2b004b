/**
 * What EC2 refuses of tags; network-refusals.ts and compute-refusals.ts have the rest, and resource-types.ts unknown and
 * malformed ids. refusals.test.ts has a call for each.
 * Source: "Error codes for the Amazon EC2 API", unless a line names another.
 */
import { AwsError } from "../../api/aws-error";
import { invalidValue } from "./error-codes";

export const refusals = {
  tagWithoutResourceType: () => invalidValue("Tag specification resource type must have a value"),
  tagOnOtherType: (type: string) =>
    invalidValue(`'${type}' is not a valid taggable resource type for this operation.`),
  tagKeyReserved: () => invalidValue("Tag keys starting with 'aws:' are reserved for internal use"),
  tagKeyInvalid: (key: string) => invalidValue(`Tag key '${key}' must have 1 to 127 characters`),
  tagValueTooLong: () => invalidValue("Tag value exceeds the maximum length of 256 characters"),
  tagKeyTwice: (key: string) => invalidValue(`Duplicate tag key '${key}' specified.`),
  tooManyTags: () => new AwsError("TagLimitExceeded", "More than 50 tags are not allowed on a resource"),
} satisfies Record<string, (...args: never[]) => AwsError>;
