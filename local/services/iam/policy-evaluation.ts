/**
 * What policies decide. An explicit deny wins, then an allow; anything else is denied. Source: IAM User Guide, "Policy
 * evaluation logic".
 *
 * Evaluated are effects, actions, resources and principals. Conditions are not: where one would decide, the verdict is
 * "conditional", and whoever asked must say that the region doesn't know.
 */
import type { PolicyDocument, Principal, Statement } from "./policy-documents";

export type Verdict = "allowed" | "denied" | "conditional";

/**
 * Whether a role's policies let it perform an action without resource-level permissions, as EC2's Describe actions are:
 * their resource is "*".
 */
export function evaluatePolicies(policies: readonly PolicyDocument[], action: string): Verdict {
  const isAny = (resource: string) => matches(resource, "*");
  return verdictOf(
    statementsAbout(policies, action).filter(({ Resource, NotResource }) =>
      Resource ? Resource.some(isAny) : !NotResource?.some(isAny),
    ),
  );
}

/** Whether a trust policy lets a service assume the role. */
export function evaluateTrust(trustPolicy: PolicyDocument, service: string): Verdict {
  return verdictOf(
    statementsAbout([trustPolicy], "sts:AssumeRole").filter(({ Principal, NotPrincipal }) =>
      Principal
        ? includes(Principal, service)
        : NotPrincipal !== undefined && !includes(NotPrincipal, service),
    ),
  );
}

function statementsAbout(policies: readonly PolicyDocument[], action: string): Statement[] {
  const isMatch = (pattern: string) => matches(pattern, action);
  return policies
    .flatMap(({ statements }) => statements)
    .filter(({ Action, NotAction }) => (Action ? Action.some(isMatch) : !NotAction?.some(isMatch)));
}

function verdictOf(applicable: readonly Statement[]): Verdict {
  const has = (effect: Statement["Effect"], conditional: boolean) =>
    applicable.some(
      ({ Effect, Condition = {} }) => Effect === effect && Object.keys(Condition).length > 0 === conditional,
    );
  if (has("Deny", false)) return "denied";
  if (has("Allow", false)) return has("Deny", true) ? "conditional" : "allowed";
  return has("Allow", true) ? "conditional" : "denied";
}

/** "*" is everyone, however it is written. Source: IAM User Guide, "AWS JSON policy elements: Principal". */
function includes(principal: Principal, service: string): boolean {
  return (
    principal === "*" ||
    principal.AWS?.includes("*") === true ||
    principal.Service?.includes(service) === true
  );
}

/** Case-insensitive; "*" matches any characters, "?" exactly one. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "i").test(text);
}
