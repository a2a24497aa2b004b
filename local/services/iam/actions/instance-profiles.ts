/**
 * Instance profiles. Sources: IAM API Reference, "CreateInstanceProfile", "AddRoleToInstanceProfile",
 * "ListInstanceProfiles", "TagInstanceProfile".
 */
import type { InstanceProfile as InstanceProfileDescription } from "@aws-sdk/client-iam";
import { validName, validPath, validPathPrefix } from "../constraints";
import type { InstanceProfile } from "../iam";
import { tagList, withoutTags, withTags } from "../tags";
import { byName, page, pageParameters } from "./common";
import type { IamActionContext, IamActions } from "./context";
import { briefDescriptionOf } from "./roles";

const tagQuota = "TagsPerInstanceProfile";

export const instanceProfileActions = {
  CreateInstanceProfile: {
    parameters: ["InstanceProfileName", "Path", "Tags"],
    handle(context, input) {
      const profile = context.iam.createInstanceProfile({
        name: validName("instanceProfileName", input.InstanceProfileName),
        path: validPath(input.Path),
        tags: withTags({}, input.Tags ?? [], tagQuota),
      });
      return { InstanceProfile: withTagsOf(profile, context) };
    },
  },

  GetInstanceProfile: {
    parameters: ["InstanceProfileName"],
    handle: (context, input) => ({ InstanceProfile: withTagsOf(profileOf(context, input), context) }),
  },

  ListInstanceProfiles: {
    parameters: ["PathPrefix", ...pageParameters],
    handle(context, { PathPrefix, ...input }) {
      const prefix = validPathPrefix(PathPrefix);
      const all = byName(context.iam.instanceProfiles.values());
      const { items, ...paging } = page(
        all.filter(({ path }) => path.startsWith(prefix)),
        input,
      );
      return { InstanceProfiles: items.map(profile => descriptionOf(profile, context)), ...paging };
    },
  },

  ListInstanceProfilesForRole: {
    parameters: ["RoleName", ...pageParameters],
    handle(context, { RoleName, ...input }) {
      const { name } = context.iam.role(validName("roleName", RoleName));
      const { items, ...paging } = page(byName(context.iam.profilesOf(name)), input);
      return { InstanceProfiles: items.map(profile => descriptionOf(profile, context)), ...paging };
    },
  },

  DeleteInstanceProfile: {
    parameters: ["InstanceProfileName"],
    handle({ iam }, input) {
      iam.deleteInstanceProfile(validName("instanceProfileName", input.InstanceProfileName));
      return {};
    },
  },

  AddRoleToInstanceProfile: {
    parameters: ["InstanceProfileName", "RoleName"],
    handle({ iam }, input) {
      iam.addRoleToInstanceProfile(...profileAndRole(input));
      return {};
    },
  },

  RemoveRoleFromInstanceProfile: {
    parameters: ["InstanceProfileName", "RoleName"],
    handle({ iam }, input) {
      iam.removeRoleFromInstanceProfile(...profileAndRole(input));
      return {};
    },
  },

  TagInstanceProfile: {
    parameters: ["InstanceProfileName", "Tags"],
    handle(context, input) {
      const profile = profileOf(context, input);
      profile.tags = withTags(profile.tags, input.Tags ?? [], tagQuota);
      return {};
    },
  },

  UntagInstanceProfile: {
    parameters: ["InstanceProfileName", "TagKeys"],
    handle(context, input) {
      const profile = profileOf(context, input);
      profile.tags = withoutTags(profile.tags, input.TagKeys ?? []);
      return {};
    },
  },

  ListInstanceProfileTags: {
    parameters: ["InstanceProfileName", ...pageParameters],
    handle(context, input) {
      const { items, ...paging } = page(tagList(profileOf(context, input).tags), input);
      return { Tags: items, ...paging };
    },
  },
} satisfies Partial<IamActions>;

function profileOf({ iam }: IamActionContext, input: { InstanceProfileName?: string }): InstanceProfile {
  return iam.instanceProfile(validName("instanceProfileName", input.InstanceProfileName));
}

function profileAndRole(input: { InstanceProfileName?: string; RoleName?: string }): [string, string] {
  return [validName("instanceProfileName", input.InstanceProfileName), validName("roleName", input.RoleName)];
}

/** As lists answer it: without its tags. */
function descriptionOf(
  profile: InstanceProfile,
  { iam, wallClock }: IamActionContext,
): InstanceProfileDescription {
  const role = profile.roleName === undefined ? undefined : iam.role(profile.roleName);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: wallClock.show(profile.createdAt),
    Roles: role ? [briefDescriptionOf(role, wallClock)] : [],
  };
}

function withTagsOf(profile: InstanceProfile, context: IamActionContext): InstanceProfileDescription {
  const Tags = tagList(profile.tags);
  return { ...descriptionOf(profile, context), ...(Tags.length > 0 && { Tags }) };
}
