/** Tags of load balancers, target groups, listeners and rules. Source: ELB API Reference, "AddTags", "Tag". */
import type { Tag } from "@aws-sdk/client-elastic-load-balancing-v2";
import { tagsOf, type Tags } from "../../api/tags";
import { refusals } from "./refusals";

export { tagList, type Tags } from "../../api/tags";

const mostTags = 50;
const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * A resource's tags with these added or replaced.
 * @throws AwsError for tags that AWS doesn't take
 */
export function withTags(existing: Tags, added: readonly Tag[] = []): Tags {
  const keys = new Set<string>();
  for (const { Key = "", Value = "" } of added) {
    if (Key.startsWith("aws:")) throw refusals.invalidTag(`Tag key '${Key}' must not begin with 'aws:'`);
    if (Key.length < 1 || Key.length > 128 || !characters.test(Key))
      throw refusals.invalidTag(`Tag key '${Key}' must have 1 to 128 letters, digits, spaces or _.:/=+-@`);
    if (Value.length > 256 || !characters.test(Value))
      throw refusals.invalidTag(
        `Tag value '${Value}' must have at most 256 letters, digits, spaces or _.:/=+-@`,
      );
    if (keys.has(Key)) throw refusals.duplicateTagKeys(Key);
    keys.add(Key);
  }
  const tags = { ...existing, ...tagsOf(added) };
  if (Object.keys(tags).filter(key => !key.startsWith("aws:")).length > mostTags)
    throw refusals.tooManyTags();
  return tags;
}

export function withoutTags(existing: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(existing).filter(([key]) => !keys.includes(key)));
}
