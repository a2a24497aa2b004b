/** Tags of certificates. Source: ACM User Guide, "Tag restrictions". */
import type { Tag } from "@aws-sdk/client-acm";
import { tagsOf, type Tags } from "../../api/tags";
import { refusals } from "./refusals";

const mostTags = 50;
const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * A certificate's tags with these added or replaced.
 * @throws AwsError for tags that ACM doesn't take
 */
export function withTags(existing: Tags, added: readonly Tag[] = []): Tags {
  for (const { Key = "", Value = "" } of added) {
    if (/^aws:/i.test(Key)) throw refusals.invalidTag(`The tag key '${Key}' must not begin with 'aws:'.`);
    if (Key.length < 1 || Key.length > 128 || !characters.test(Key))
      throw refusals.invalidTag(
        `The tag key '${Key}' must have 1 to 128 letters, digits, spaces or _.:/=+-@.`,
      );
    if (Value.length > 256 || !characters.test(Value))
      throw refusals.invalidTag(
        `The tag value '${Value}' must have at most 256 letters, digits, spaces or _.:/=+-@.`,
      );
  }
  const tags = { ...existing, ...tagsOf(added) };
  if (Object.keys(tags).length > mostTags) throw refusals.tooManyTags();
  return tags;
}

/** A tag given with a value goes only if it has that value. Source: ACM API Reference, "RemoveTagsFromCertificate". */
export function withoutTags(existing: Tags, removed: readonly Tag[]): Tags {
  const goes = (key: string, value: string) =>
    removed.some(({ Key, Value }) => Key === key && (Value === undefined || Value === value));
  return Object.fromEntries(Object.entries(existing).filter(([key, value]) => !goes(key, value)));
}
