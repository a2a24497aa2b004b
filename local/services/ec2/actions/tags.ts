/** Tags of existing resources. Sources: EC2 API Reference, "CreateTags", "DeleteTags", "DescribeTags". */
import type { Tag, TagDescription } from "@aws-sdk/client-ec2";
import type { Tags } from "../../../network/reachability/vpc-model";
import { refusals } from "../refusals";
import { allTaggable, taggableWith } from "../taggable";
import { tagList, withTags } from "../tags";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { required } from "./validation";

export const tagActions = {
  CreateTags: {
    parameters: ["Resources", "Tags", "DryRun"],
    handle({ ec2, now }, input) {
      const tags = required(input.Tags, "tag");
      const changes = required(input.Resources, "resourceId").map(id => {
        const resource = taggableWith(ec2, now(), id);
        return { resource, tags: withTags(resource.tags, tags) };
      });
      assertNoDryRun(input);
      for (const { resource, tags } of changes) resource.tags = tags;
      return {};
    },
  },

  DeleteTags: {
    parameters: ["Resources", "Tags", "DryRun"],
    handle({ ec2, now }, input) {
      const changes = required(input.Resources, "resourceId").map(id => {
        const resource = taggableWith(ec2, now(), id);
        return { resource, tags: withoutTags(resource.tags, input.Tags) };
      });
      assertNoDryRun(input);
      for (const { resource, tags } of changes) resource.tags = tags;
      return {};
    },
  },

  DescribeTags: {
    parameters: [...pageParameters],
    handle({ ec2, now }, input) {
      const tags = allTaggable(ec2, now()).flatMap(({ type, id, tags }) =>
        tagList(tags).map(tag => ({ ...tag, ResourceId: id, ResourceType: type, Tags: [tag] })),
      );
      const { page, NextToken } = describe(tags, kind, input);
      const description = ({ Key, ResourceId, ResourceType, Value }: TagDescription) => ({
        Key,
        ResourceId,
        ResourceType,
        Value,
      });
      return { Tags: page.map(description), NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

/**
 * A key goes whatever its value if the request has none; an empty value is a value. Without a list, all tags go but
 * AWS's own.
 */
function withoutTags(tags: Tags, deleted: readonly Tag[] | undefined): Tags {
  if (deleted?.some(({ Key = "" }) => Key.startsWith("aws:"))) throw refusals.tagKeyReserved();
  const isDeleted = (key: string, value: string) =>
    deleted
      ? deleted.some(tag => tag.Key === key && (tag.Value === undefined || tag.Value === value))
      : !key.startsWith("aws:");
  return Object.fromEntries(Object.entries(tags).filter(([key, value]) => !isDeleted(key, value)));
}

const kind: ResourceKind<TagDescription & { Tags: Tag[] }> = {
  type: "vpc", // of no effect: DescribeTags takes no ids
  idOf: tag => tag.ResourceId,
  filterable: {
    key: tag => tag.Key,
    "resource-id": tag => tag.ResourceId,
    "resource-type": tag => tag.ResourceType,
    value: tag => tag.Value,
  },
};
