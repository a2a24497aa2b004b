/** Tags, and attributes, as AWS's APIs list them. */

export type Tags = Readonly<Record<string, string>>;

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function tagsOf(list: readonly { Key?: string; Value?: string }[]): Tags {
  return Object.fromEntries(list.map(({ Key = "", Value = "" }) => [Key, Value]));
}
