/**
 * What IAM accepts as a policy document: any that its grammar allows, whether or not the region can evaluate it
 * (policy-evaluation.ts). Sources: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy
 * elements"; messages as published in AWS's responses.
 */
import { z } from "zod";
import { jsonOf } from "../../api/json-text";
import { refusals } from "./refusals";

const listOf = <Element extends z.ZodType>(element: Element) =>
  z.union([z.array(element).min(1), element.transform(only => [only])]);
const strings = listOf(z.string());
const principal = z.union([
  z.literal("*"),
  z.strictObject({
    AWS: strings.optional(),
    CanonicalUser: strings.optional(),
    Federated: strings.optional(),
    Service: strings.optional(),
  }),
]);
const conditionValue = z.union([z.string(), z.boolean(), z.number()]);

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: strings.optional(),
  NotAction: strings.optional(),
  Resource: strings.optional(),
  NotResource: strings.optional(),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Condition: z
    .record(z.string(), z.record(z.string(), z.union([conditionValue, z.array(conditionValue)])))
    .optional(),
});

/** The versions differ in policy variables alone, which stand in resources and conditions. */
const documentSchema = z.strictObject({
  Version: z.enum(["2008-10-17", "2012-10-17"]).optional(),
  Id: z.string().optional(),
  Statement: listOf(statementSchema),
});

export type Statement = z.infer<typeof statementSchema>;
export type Principal = z.infer<typeof principal>;

export interface PolicyDocument {
  /** As given, to be read back. */
  text: string;
  statements: readonly Statement[];
}

/** @throws AwsError unless IAM would accept it as a policy of a role's permissions */
export function identityPolicy(text: string): PolicyDocument {
  const document = parse(text, "Syntax errors in policy.");
  for (const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal } of document.statements) {
    if (Principal ?? NotPrincipal) throw malformed("Policy document should not specify a principal.");
    const resources = Resource ?? NotResource;
    if (!resources) throw malformed("Policy statement must contain resources.");
    const noArn = resources.find(resource => resource !== "*" && !resource.startsWith("arn:"));
    if (noArn !== undefined) throw malformed(`Resource ${noArn} must be in ARN format or "*".`);
    const noVendor = (Action ?? NotAction)?.some(action => action !== "*" && !action.includes(":"));
    if (noVendor)
      throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  return document;
}

const trustActions = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:SetSourceIdentity",
  "sts:TagSession",
].map(action => action.toLowerCase());

/** @throws AwsError unless IAM would accept it as a role's trust policy */
export function trustPolicy(text: string): PolicyDocument {
  const document = parse(text, "This policy contains invalid Json");
  for (const { Action, Resource, NotResource, Principal, NotPrincipal } of document.statements) {
    if (Resource ?? NotResource) throw malformed("Has prohibited field Resource");
    const given = Principal ?? NotPrincipal;
    if (!given) throw malformed("Missing required field Principal");
    if (!Action?.every(action => trustActions.includes(action.toLowerCase())))
      throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
    const services = given === "*" ? [] : (given.Service ?? []);
    const noService = services.find(service => !/^[a-z0-9.-]+\.amazonaws\.com$/.test(service));
    if (noService !== undefined) throw malformed(`Invalid principal in policy: "SERVICE":"${noService}"`);
  }
  return document;
}

function parse(text: string, syntaxError: string): PolicyDocument {
  const parsed = documentSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw malformed(syntaxError);
  const { Statement: statements } = parsed.data;
  const ids = new Set<string>();
  for (const { Sid, Action, NotAction, Resource, NotResource, Principal, NotPrincipal } of statements) {
    const isBothWays = (Action && NotAction) ?? (Resource && NotResource) ?? (Principal && NotPrincipal);
    if (isBothWays) throw malformed(syntaxError);
    if (!(Action ?? NotAction)) throw malformed("Policy statement must contain actions.");
    if (Sid === undefined || Sid === "") continue;
    if (!/^[0-9A-Za-z]*$/.test(Sid))
      throw malformed(
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
      );
    if (ids.has(Sid)) throw malformed("Statement IDs (SID) in a single policy must be unique.");
    ids.add(Sid);
  }
  return { text, statements };
}

const malformed = refusals.malformedPolicyDocument;
