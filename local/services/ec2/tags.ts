/** Tags of EC2's resources. Source: EC2 User Guide, "Tag your Amazon EC2 resources", "Tag restrictions". */
import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { tagsOf } from "../../api/tags";
import type { Tags } from "../../network/reachability/vpc-model";
import { refusals } from "./refusals";
import type { ResourceType } from "./resource-types";

export { tagList } from "../../api/tags";

const mostTags = 50;

/**
 * The tags that a create action's specifications give to resources of a type.
 * @param others further types that the action creates and that may be tagged along
 * @throws AwsError for another type, or tags that EC2 doesn't take
 */
export function tagsFor(
  type: ResourceType,
  specifications: readonly TagSpecification[] = [],
  others: readonly ResourceType[] = [],
): Tags {
  for (const { ResourceType: given } of specifications) {
    if (given === undefined) throw refusals.tagWithoutResourceType();
    if (![type, ...others].includes(given as ResourceType)) throw refusals.tagOnOtherType(given);
  }
  const ofType = specifications.filter(({ ResourceType: given }) => given === type);
  return withTags(
    {},
    ofType.flatMap(({ Tags = [] }) => Tags),
  );
}

/**
 * A resource's tags with these added or replaced.
 * @throws AwsError for tags that EC2 doesn't take
 */
export function withTags(existing: Tags, added: readonly Tag[]): Tags {
  const keys = new Set<string>();
  for (const { Key = "", Value = "" } of added) {
    if (Key.startsWith("aws:")) throw refusals.tagKeyReserved();
    if (Key.length < 1 || Key.length > 127) throw refusals.tagKeyInvalid(Key);
    if (Value.length > 256) throw refusals.tagValueTooLong();
    if (keys.has(Key)) throw refusals.tagKeyTwice(Key);
    keys.add(Key);
  }
  const tags = { ...existing, ...tagsOf(added) };
  if (Object.keys(tags).filter(key => !key.startsWith("aws:")).length > mostTags)
    throw refusals.tooManyTags();
  return tags;
}
