/**
 * What IAM refuses. refusals.test.ts has a call for each. Sources: the errors of each action in the IAM API Reference,
 * which give codes and statuses; messages as published in AWS's responses.
 */
import { AwsError, lacking, validationError } from "../../api/aws-error";
import { failsConstraint } from "../../api/protocols/faults";

const noSuchEntity = (message: string) => new AwsError("NoSuchEntity", message, 404);
const alreadyExists = (message: string) => new AwsError("EntityAlreadyExists", message, 409);
const deleteConflict = (message: string) => new AwsError("DeleteConflict", message, 409);
const limitExceeded = (message: string) => new AwsError("LimitExceeded", message, 409);
const invalidInput = (message: string) => new AwsError("InvalidInput", message);

export const refusals = {
  roleNotFound: (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`),
  rolePolicyNotFound: (name: string) => noSuchEntity(`The role policy with name ${name} cannot be found.`),
  instanceProfileNotFound: (name: string) => noSuchEntity(`Instance Profile ${name} cannot be found.`),
  userNotFound: (name: string) => noSuchEntity(`The user with name ${name} cannot be found.`),
  /** @param hint what the region lacks, if AWS has the policy */
  policyNotFound: (arn: string, hint: string) => noSuchEntity(`Policy ${arn} was not found.${hint}`),
  policyNotAttachable: (arn: string, hint: string) =>
    noSuchEntity(`Policy ${arn} does not exist or is not attachable.${hint}`),
  policyVersionNotFound: (arn: string, version: string) =>
    noSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`),
  /** The message is not a published one. */
  roleNotInInstanceProfile: (role: string, profile: string) =>
    noSuchEntity(`The role with name ${role} cannot be found in Instance Profile ${profile}.`),

  roleExists: (name: string) => alreadyExists(`Role with name ${name} already exists.`),
  instanceProfileExists: (name: string) => alreadyExists(`Instance Profile ${name} already exists.`),

  roleHasInlinePolicies: () => deleteConflict("Cannot delete entity, must delete policies first."),
  roleHasAttachedPolicies: () => deleteConflict("Cannot delete entity, must detach all policies first."),
  roleInInstanceProfile: () =>
    deleteConflict("Cannot delete entity, must remove roles from instance profile first."),
  instanceProfileHasRole: () =>
    deleteConflict("Cannot delete entity, must remove roles from instance profile first."),

  secondRoleInInstanceProfile: () =>
    limitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"),
  tooManyTags: (quota: string) => limitExceeded(`Cannot exceed quota for ${quota}: 50`),

  malformedPolicyDocument: (why: string) => new AwsError("MalformedPolicyDocument", why),
  invalidArn: (arn: string) => invalidInput(`ARN ${arn} is not valid.`),
  tagKeyTwice: () =>
    invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive."),
  tagKeyReserved: () =>
    invalidInput(
      "Tag keys starting with 'aws:' are reserved for internal use and cannot be added or removed",
    ),

  invalidName: (parameter: string) =>
    validationError(
      `The specified value for ${parameter} is invalid. ` +
        "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    ),
  invalidPath: (parameter: string) =>
    validationError(
      `The specified value for ${parameter} is invalid. ` +
        "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ),
  unknownScope: (scope: string) =>
    failsConstraint(scope, "scope", "Member must satisfy enum value set: [All, AWS, Local]"),
  invalidMarker: () => validationError("Invalid Marker."),

  /** Of a host's call, when the answer would depend on what the region can't evaluate. */
  conditionsNotEvaluated: (roleName: string, action: string) =>
    lacking(
      `The local region does not evaluate conditions of policies, and one of role ${roleName} decides ${action}`,
    ),
} satisfies Record<string, (...args: never[]) => AwsError>;
