/** Roles. Sources: IAM API Reference, "CreateRole", "DeleteRole", "UpdateRole", "ListRoles", "TagRole". */
import type { Role as RoleDescription } from "@aws-sdk/client-iam";
import type { WallClock } from "../../../api/wall-clock";
import { assertLength, validName, validPath, validPathPrefix, validSessionDuration } from "../constraints";
import type { Role } from "../iam";
import { trustPolicy } from "../policy-documents";
import { tagList, withoutTags, withTags } from "../tags";
import { byName, encoded, page, pageParameters } from "./common";
import type { IamActions } from "./context";

const tagQuota = "TagsPerRole";

export const roleActions = {
  CreateRole: {
    parameters: ["RoleName", "Path", "AssumeRolePolicyDocument", "Tags"],
    inert: ["Description", "MaxSessionDuration"],
    handle({ iam, wallClock }, input) {
      const role = iam.createRole({
        name: validName("roleName", input.RoleName),
        path: validPath(input.Path),
        trustPolicy: validTrustPolicy("assumeRolePolicyDocument", input.AssumeRolePolicyDocument),
        description: validDescription(input.Description),
        maxSessionDuration: validSessionDuration(input.MaxSessionDuration),
        tags: withTags({}, input.Tags ?? [], tagQuota),
      });
      return { Role: withTagsOf(role, wallClock) };
    },
  },

  GetRole: {
    parameters: ["RoleName"],
    handle: ({ iam, wallClock }, input) => ({
      Role: withTagsOf(iam.role(validName("roleName", input.RoleName)), wallClock),
    }),
  },

  ListRoles: {
    parameters: ["PathPrefix", ...pageParameters],
    handle({ iam, wallClock }, { PathPrefix, ...input }) {
      const prefix = validPathPrefix(PathPrefix);
      const roles = byName(iam.roles.values()).filter(({ path }) => path.startsWith(prefix));
      const { items, ...paging } = page(roles, input);
      return { Roles: items.map(role => descriptionOf(role, wallClock)), ...paging };
    },
  },

  DeleteRole: {
    parameters: ["RoleName"],
    handle({ iam }, input) {
      iam.deleteRole(validName("roleName", input.RoleName));
      return {};
    },
  },

  /** "If you do not specify a value for [MaxSessionDuration], the default value of one hour is applied." */
  UpdateRole: {
    parameters: ["RoleName"],
    inert: ["Description", "MaxSessionDuration"],
    handle({ iam }, input) {
      const role = iam.role(validName("roleName", input.RoleName));
      const description = validDescription(input.Description);
      role.maxSessionDuration = validSessionDuration(input.MaxSessionDuration);
      if (description !== undefined) role.description = description;
      return {};
    },
  },

  UpdateRoleDescription: {
    parameters: ["RoleName"],
    inert: ["Description"],
    handle({ iam, wallClock }, input) {
      const role = iam.role(validName("roleName", input.RoleName));
      role.description = validDescription(input.Description ?? "");
      return { Role: descriptionOf(role, wallClock) };
    },
  },

  UpdateAssumeRolePolicy: {
    parameters: ["RoleName", "PolicyDocument"],
    handle({ iam }, input) {
      const role = iam.role(validName("roleName", input.RoleName));
      role.trustPolicy = validTrustPolicy("policyDocument", input.PolicyDocument);
      return {};
    },
  },

  TagRole: {
    parameters: ["RoleName", "Tags"],
    handle({ iam }, input) {
      const role = iam.role(validName("roleName", input.RoleName));
      role.tags = withTags(role.tags, input.Tags ?? [], tagQuota);
      return {};
    },
  },

  UntagRole: {
    parameters: ["RoleName", "TagKeys"],
    handle({ iam }, input) {
      const role = iam.role(validName("roleName", input.RoleName));
      role.tags = withoutTags(role.tags, input.TagKeys ?? []);
      return {};
    },
  },

  ListRoleTags: {
    parameters: ["RoleName", ...pageParameters],
    handle({ iam }, { RoleName, ...input }) {
      const { items, ...paging } = page(tagList(iam.role(validName("roleName", RoleName)).tags), input);
      return { Tags: items, ...paging };
    },
  },
} satisfies Partial<IamActions>;

/** As lists answer it: without its tags. */
function descriptionOf(role: Role, wallClock: WallClock): RoleDescription {
  return {
    ...briefDescriptionOf(role, wallClock),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
  };
}

/** As instance profiles answer it. */
export function briefDescriptionOf(role: Role, wallClock: WallClock): RoleDescription {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: wallClock.show(role.createdAt),
    AssumeRolePolicyDocument: encoded(role.trustPolicy),
  };
}

function withTagsOf(role: Role, wallClock: WallClock): RoleDescription {
  const Tags = tagList(role.tags);
  return { ...descriptionOf(role, wallClock), ...(Tags.length > 0 && { Tags }) };
}

function validTrustPolicy(parameter: "policyDocument" | "assumeRolePolicyDocument", text = "") {
  assertLength(parameter, text);
  return trustPolicy(text);
}

function validDescription(description?: string): string | undefined {
  if (description !== undefined) assertLength("description", description);
  return description;
}
