/** Tags of roles and instance profiles. Source: IAM User Guide, "Tags for AWS Identity and Access Management resources". */
import type { Tag } from "@aws-sdk/client-iam";
import { failsConstraint } from "../../api/protocols/faults";
import { tagsOf, type Tags } from "../../api/tags";
import { refusals } from "./refusals";

export { tagList, type Tags } from "../../api/tags";

const mostTags = 50;

/**
 * Tags with these added or replaced; keys differ in more than case.
 * @param quota its name: "TagsPerRole"
 * @throws AwsError for tags that IAM doesn't take
 */
export function withTags(existing: Tags, added: readonly Tag[], quota: string): Tags {
  added.forEach(assertTag);
  const keys = added.map(({ Key = "" }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) throw refusals.tagKeyTwice();
  const tags = { ...withoutTags(existing, keys), ...tagsOf(added) };
  if (Object.keys(tags).length > mostTags) throw refusals.tooManyTags(quota);
  return tags;
}

export function withoutTags(existing: Tags, keys: readonly string[]): Tags {
  const removed = new Set(keys.map(key => key.toLowerCase()));
  return Object.fromEntries(Object.entries(existing).filter(([key]) => !removed.has(key.toLowerCase())));
}

const allowed = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]";

function assertTag({ Key = "", Value = "" }: Tag, index: number): void {
  const at = `tags.${index + 1}.member`;
  const [key, value] = [`${at}.key`, `${at}.value`];
  if (Key.length < 1) throw failsConstraint(Key, key, "Member must have length greater than or equal to 1");
  if (Key.length > 128) throw failsConstraint(Key, key, "Member must have length less than or equal to 128");
  if (Value.length > 256)
    throw failsConstraint(Value, value, "Member must have length less than or equal to 256");
  assertPattern(Key, key, `${allowed}+`);
  assertPattern(Value, value, `${allowed}*`);
  if (/^aws:/i.test(Key)) throw refusals.tagKeyReserved();
}

function assertPattern(text: string, parameter: string, pattern: string): void {
  if (new RegExp(`^${pattern}$`, "u").test(text)) return;
  throw failsConstraint(text, parameter, `Member must satisfy regular expression pattern: ${pattern}`);
}
