/** Elastic Load Balancing's resource types by their ARNs, and how it refuses an ARN. Source: ELB API Reference, errors of each action. */
import { AwsError, validationError } from "../../api/aws-error";

const formats = {
  "load balancer": {
    pattern: /:loadbalancer\/app\/[^/]+\/[0-9a-f]+$/,
    code: "LoadBalancerNotFound",
    subject: "Load balancer",
  },
  "target group": {
    pattern: /:targetgroup\/[^/]+\/[0-9a-f]+$/,
    code: "TargetGroupNotFound",
    subject: "Target groups",
  },
  listener: {
    pattern: /:listener\/app\/[^/]+\/[0-9a-f]+\/[0-9a-f]+$/,
    code: "ListenerNotFound",
    subject: "Listener",
  },
  rule: { pattern: /:listener-rule\/app\/[^/]+(\/[0-9a-f]+){3}$/, code: "RuleNotFound", subject: "Rule" },
};

export type ResourceKind = keyof typeof formats;

/** @throws AwsError if one isn't the ARN of such a resource */
export function assertArns(arns: readonly string[], kind: ResourceKind): void {
  const malformed = arns.find(arn => !formats[kind].pattern.test(arn));
  if (malformed !== undefined) throw validationError(`'${malformed}' is not a valid ${kind} ARN`);
}

/**
 * The resource with this ARN.
 * @throws AwsError if it is malformed or unknown
 */
export function find<Resource>(
  resources: ReadonlyMap<string, Resource>,
  kind: ResourceKind,
  arn = "",
): Resource {
  const found = resources.get(arn);
  if (found !== undefined) return found;
  assertArns([arn], kind);
  throw notFound(kind, `${formats[kind].subject} '${arn}' not found`);
}

/** The kind of resource that the ARN names. */
export function kindOf(arn: string): ResourceKind | undefined {
  return (Object.keys(formats) as ResourceKind[]).find(kind => formats[kind].pattern.test(arn));
}

/** The refusal of names or ARNs in a describe. */
export function notFound(kind: ResourceKind, message = `One or more ${kind}s not found`): AwsError {
  return new AwsError(formats[kind].code, message);
}
