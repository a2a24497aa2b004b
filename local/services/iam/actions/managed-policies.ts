/** Managed policies: AWS's own. Sources: IAM API Reference, "GetPolicy", "GetPolicyVersion", "ListPolicies". */
import type { Policy as PolicyDescription } from "@aws-sdk/client-iam";
import { validPathPrefix, validPolicyArn } from "../constraints";
import type { Iam } from "../iam";
import { hintAbout, managedPolicies, managedPolicy, type ManagedPolicy } from "../managed-policies";
import { refusals } from "../refusals";
import { encoded, page, pageParameters } from "./common";
import type { IamActions } from "./context";

export const managedPolicyActions = {
  GetPolicy: {
    parameters: ["PolicyArn"],
    handle({ iam }, input) {
      const policy = find(input.PolicyArn);
      return { Policy: { ...descriptionOf(policy, iam), Description: policy.description } };
    },
  },

  GetPolicyVersion: {
    parameters: ["PolicyArn", "VersionId"],
    handle(_context, input) {
      const { arn, versionId, document, updated } = find(input.PolicyArn);
      if (input.VersionId !== versionId) throw refusals.policyVersionNotFound(arn, input.VersionId ?? "");
      return {
        PolicyVersion: {
          Document: encoded(document),
          VersionId: versionId,
          IsDefaultVersion: true,
          CreateDate: updated,
        },
      };
    },
  },

  /** Those that the region knows. Customers' own policies, the scope "Local", can't be created here. */
  ListPolicies: {
    parameters: ["Scope", "OnlyAttached", "PathPrefix", ...pageParameters],
    handle({ iam }, { Scope = "All", OnlyAttached = false, PathPrefix, ...input }) {
      if (!["All", "AWS", "Local"].includes(Scope)) throw refusals.unknownScope(Scope);
      const prefix = validPathPrefix(PathPrefix);
      const policies = (Scope === "Local" ? [] : managedPolicies)
        .filter(({ path }) => path.startsWith(prefix))
        .map(policy => descriptionOf(policy, iam))
        .filter(({ AttachmentCount }) => !OnlyAttached || AttachmentCount > 0);
      const { items, ...paging } = page(policies, input);
      return { Policies: items, ...paging };
    },
  },
} satisfies Partial<IamActions>;

function find(given: string | undefined): ManagedPolicy {
  const arn = validPolicyArn(given);
  const policy = managedPolicy(arn);
  if (!policy) throw refusals.policyNotFound(arn, hintAbout(arn));
  return policy;
}

function descriptionOf({ name, id, arn, path, versionId, created, updated }: ManagedPolicy, iam: Iam) {
  return {
    PolicyName: name,
    PolicyId: id,
    Arn: arn,
    Path: path,
    DefaultVersionId: versionId,
    AttachmentCount: [...iam.roles.values()].filter(role => role.attachedPolicies.has(arn)).length,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: created,
    UpdateDate: updated,
  } satisfies PolicyDescription;
}
