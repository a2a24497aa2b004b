/** Tags of groups. Sources: Auto Scaling API Reference, "CreateOrUpdateTags", "DeleteTags", "DescribeTags". */
import type { Filter, Tag, TagDescription } from "@aws-sdk/client-auto-scaling";
import { refusals } from "../refusals";
import type { GroupTag } from "../settings";
import { assertLength, changeableGroup, page } from "./common";
import type { AutoScalingActions } from "./context";

const resourceType = "auto-scaling-group";

export const tagActions = {
  CreateOrUpdateTags: {
    parameters: ["Tags"],
    handle({ autoScaling }, { Tags = [] }) {
      const changes = byGroup(Tags).map(([name, tags]) => {
        const group = changeableGroup(autoScaling, name);
        const added = groupTagsFrom(name, tags);
        const kept = group.settings.tags.filter(({ key }) => !added.some(tag => tag.key === key));
        return () => {
          group.amend({ tags: [...kept, ...added] });
        };
      });
      for (const change of changes) change();
      return {};
    },
  },

  DeleteTags: {
    parameters: ["Tags"],
    handle({ autoScaling }, { Tags = [] }) {
      const changes = byGroup(Tags).map(([name, tags]) => {
        const group = changeableGroup(autoScaling, name);
        const isDeleted = ({ key, value }: GroupTag) =>
          tags.some(tag => tag.Key === key && (tag.Value ?? value) === value);
        return () => {
          group.amend({ tags: group.settings.tags.filter(tag => !isDeleted(tag)) });
        };
      });
      for (const change of changes) change();
      return {};
    },
  },

  DescribeTags: {
    parameters: ["Filters", "MaxRecords", "NextToken"],
    handle({ autoScaling }, { Filters = [], ...paging }) {
      const predicates = Filters.map(predicateOf);
      const tags = [...autoScaling.groups.values()]
        .flatMap(group => group.settings.tags.map(tag => tagDescription(group.name, tag)))
        .filter(tag => predicates.every(matches => matches(tag)));
      const { items, NextToken } = page(tags, paging, 100);
      return { Tags: items, NextToken };
    },
  },
} satisfies Partial<AutoScalingActions>;

/** @throws AwsError for tags that a group can't have */
export function groupTagsFrom(groupName: string, tags: readonly Tag[]): GroupTag[] {
  const keys = new Set<string>();
  return tags.map(
    ({ ResourceId = groupName, ResourceType = resourceType, Key: key = "", Value: value = "", ...tag }) => {
      if (ResourceType !== resourceType) throw refusals.tagResourceType(ResourceType);
      if (ResourceId !== groupName) throw refusals.tagOfOtherGroup(ResourceId);
      assertLength(key, "tags.1.member.key", [1, 128]);
      assertLength(value, "tags.1.member.value", [0, 256]);
      if (key.startsWith("aws:")) throw refusals.tagKeyReserved();
      if (keys.has(key)) throw refusals.tagKeyTwice(key);
      keys.add(key);
      return { key, value, propagateAtLaunch: tag.PropagateAtLaunch ?? false };
    },
  );
}

export function tagDescription(
  groupName: string,
  { key, value, propagateAtLaunch }: GroupTag,
): TagDescription {
  return {
    ResourceId: groupName,
    ResourceType: resourceType,
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
  };
}

function byGroup(tags: readonly Tag[]): [string, Tag[]][] {
  const groups = new Map<string, Tag[]>();
  for (const tag of tags) {
    const { ResourceId = "" } = tag;
    groups.set(ResourceId, [...(groups.get(ResourceId) ?? []), tag]);
  }
  return [...groups];
}

const filters = {
  "auto-scaling-group": ({ ResourceId }: TagDescription) => ResourceId,
  key: ({ Key }: TagDescription) => Key,
  value: ({ Value }: TagDescription) => Value,
  "propagate-at-launch": ({ PropagateAtLaunch }: TagDescription) => String(PropagateAtLaunch),
};

function predicateOf({ Name = "", Values = [] }: Filter): (tag: TagDescription) => boolean {
  if (!Object.hasOwn(filters, Name)) throw refusals.filterType(Name, Object.keys(filters));
  const valueOf = filters[Name as keyof typeof filters];
  return tag => Values.includes(valueOf(tag) ?? "");
}
