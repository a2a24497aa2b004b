/**
 * A role's inline and attached policies. Sources: IAM API Reference, "PutRolePolicy", "GetRolePolicy",
 * "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies".
 */
import { assertLength, validName, validPathPrefix, validPolicyArn } from "../constraints";
import type { Iam } from "../iam";
import { hintAbout, managedPolicy } from "../managed-policies";
import { identityPolicy } from "../policy-documents";
import { refusals } from "../refusals";
import { byName, encoded, page, pageParameters } from "./common";
import type { IamActions } from "./context";

export const rolePolicyActions = {
  PutRolePolicy: {
    parameters: ["RoleName", "PolicyName", "PolicyDocument"],
    handle({ iam }, { RoleName, PolicyName, PolicyDocument = "" }) {
      const role = iam.role(validName("roleName", RoleName));
      const name = validName("policyName", PolicyName);
      assertLength("policyDocument", PolicyDocument);
      role.inlinePolicies.set(name, identityPolicy(PolicyDocument));
      return {};
    },
  },

  GetRolePolicy: {
    parameters: ["RoleName", "PolicyName"],
    handle({ iam }, input) {
      const { role, policyName, document } = inlinePolicy(iam, input);
      return { RoleName: role.name, PolicyName: policyName, PolicyDocument: encoded(document) };
    },
  },

  DeleteRolePolicy: {
    parameters: ["RoleName", "PolicyName"],
    handle({ iam }, input) {
      const { role, policyName } = inlinePolicy(iam, input);
      role.inlinePolicies.delete(policyName);
      return {};
    },
  },

  ListRolePolicies: {
    parameters: ["RoleName", ...pageParameters],
    handle({ iam }, { RoleName, ...input }) {
      const role = iam.role(validName("roleName", RoleName));
      const { items, ...paging } = page([...role.inlinePolicies.keys()].sort(), input);
      return { PolicyNames: items, ...paging };
    },
  },

  AttachRolePolicy: {
    parameters: ["RoleName", "PolicyArn"],
    handle({ iam }, input) {
      const role = iam.role(validName("roleName", input.RoleName));
      const arn = validPolicyArn(input.PolicyArn);
      if (!managedPolicy(arn)) throw refusals.policyNotAttachable(arn, hintAbout(arn));
      role.attachedPolicies.add(arn);
      return {};
    },
  },

  DetachRolePolicy: {
    parameters: ["RoleName", "PolicyArn"],
    handle({ iam }, input) {
      const role = iam.role(validName("roleName", input.RoleName));
      const arn = validPolicyArn(input.PolicyArn);
      if (!role.attachedPolicies.delete(arn)) throw refusals.policyNotFound(arn, hintAbout(arn));
      return {};
    },
  },

  ListAttachedRolePolicies: {
    parameters: ["RoleName", "PathPrefix", ...pageParameters],
    handle({ iam }, { RoleName, PathPrefix, ...input }) {
      const role = iam.role(validName("roleName", RoleName));
      const prefix = validPathPrefix(PathPrefix);
      const attached = [...role.attachedPolicies].flatMap(arn => managedPolicy(arn) ?? []);
      const inPath = byName(attached).filter(({ path }) => path.startsWith(prefix));
      const { items, ...paging } = page(inPath, input);
      const AttachedPolicies = items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }));
      return { AttachedPolicies, ...paging };
    },
  },
} satisfies Partial<IamActions>;

/** @throws AwsError if the role, or its policy, is unknown */
function inlinePolicy(iam: Iam, input: { RoleName?: string; PolicyName?: string }) {
  const role = iam.role(validName("roleName", input.RoleName));
  const policyName = validName("policyName", input.PolicyName);
  const document = role.inlinePolicies.get(policyName);
  if (!document) throw refusals.rolePolicyNotFound(policyName);
  return { role, policyName, document };
}
