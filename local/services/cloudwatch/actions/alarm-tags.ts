/** Tags of alarms. Sources: CloudWatch API Reference, "TagResource", "UntagResource", "ListTagsForResource", "Tag". */
import type { Tag } from "@aws-sdk/client-cloudwatch";
import { tagList, tagsOf, type Tags } from "../../../api/tags";
import { accountId } from "../../../identifiers";
import { refusals } from "../refusals";
import type { CloudWatchActionContext, CloudWatchActions } from "./context";

const mostTags = 50;

export const alarmTagActions = {
  TagResource: {
    parameters: ["ResourceARN", "Tags"],
    handle(context, { ResourceARN, Tags }) {
      const alarm = alarmWith(context, ResourceARN);
      alarm.tags = withTags(alarm.tags, Tags);
      return {};
    },
  },

  UntagResource: {
    parameters: ["ResourceARN", "TagKeys"],
    handle(context, { ResourceARN, TagKeys = [] }) {
      const alarm = alarmWith(context, ResourceARN);
      alarm.tags = Object.fromEntries(Object.entries(alarm.tags).filter(([key]) => !TagKeys.includes(key)));
      return {};
    },
  },

  ListTagsForResource: {
    parameters: ["ResourceARN"],
    handle(context, { ResourceARN }) {
      return { Tags: tagList(alarmWith(context, ResourceARN).tags) };
    },
  },
} satisfies Partial<CloudWatchActions>;

export const alarmArn = (regionName: string, name: string) =>
  `arn:aws:cloudwatch:${regionName}:${accountId}:alarm:${name}`;

/** The alarms of Auto Scaling's policies have no tags here. */
function alarmWith({ metricAlarms, regionName }: CloudWatchActionContext, arn = "") {
  const found = [...metricAlarms.values()].find(({ name }) => alarmArn(regionName, name) === arn);
  if (!found) throw refusals.taggedNotFound(arn);
  return found;
}

/** @throws AwsError for tags that AWS doesn't take */
export function withTags(existing: Tags, added: readonly Tag[] = []): Tags {
  for (const { Key = "", Value = "" } of added) {
    if (Key === "" || Key.length > 128 || Key.startsWith("aws:") || Value.length > 256)
      throw refusals.invalidTag(Key, Value);
  }
  const tags = { ...existing, ...tagsOf(added) };
  if (Object.keys(tags).length > mostTags) throw refusals.tooManyTags();
  return tags;
}
