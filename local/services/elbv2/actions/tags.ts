/** Tags of all kinds of resources. Sources: ELB API Reference, each action by its name. */
import { validationError } from "../../../api/aws-error";
import { find, kindOf } from "../arns";
import type { Elbv2 } from "../elbv2";
import { tagList, withoutTags, withTags, type Tags } from "../tags";
import type { Elbv2Actions } from "./context";

export const tagActions = {
  AddTags: {
    parameters: ["ResourceArns", "Tags"],
    handle({ elbv2 }, { ResourceArns = [], Tags }) {
      const changes = ResourceArns.map(arn => {
        const resource = taggedResource(elbv2, arn);
        return { resource, tags: withTags(resource.tags, Tags) };
      });
      for (const { resource, tags } of changes) resource.tags = tags;
      return {};
    },
  },

  RemoveTags: {
    parameters: ["ResourceArns", "TagKeys"],
    handle({ elbv2 }, { ResourceArns = [], TagKeys = [] }) {
      for (const resource of ResourceArns.map(arn => taggedResource(elbv2, arn)))
        resource.tags = withoutTags(resource.tags, TagKeys);
      return {};
    },
  },

  DescribeTags: {
    parameters: ["ResourceArns"],
    handle({ elbv2 }, { ResourceArns = [] }) {
      const described = ResourceArns.map(ResourceArn => ({
        ResourceArn,
        Tags: tagList(taggedResource(elbv2, ResourceArn).tags),
      }));
      return { TagDescriptions: described };
    },
  },
} satisfies Partial<Elbv2Actions>;

/** @throws AwsError for an ARN that names no resource */
function taggedResource(elbv2: Elbv2, arn: string): { tags: Tags } {
  switch (kindOf(arn)) {
    case "load balancer":
      return find(elbv2.loadBalancers, "load balancer", arn);
    case "target group":
      return find(elbv2.targetGroups, "target group", arn);
    case "listener":
      return find(elbv2.listeners, "listener", arn);
    case "rule":
      return find(elbv2.rules, "rule", arn);
    case undefined:
      throw validationError(`'${arn}' is not a valid load balancer, target group, listener or rule ARN`);
  }
}
