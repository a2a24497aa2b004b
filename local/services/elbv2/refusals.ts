/**
 * What Elastic Load Balancing refuses, apart from unknown and malformed ARNs (arns.ts). refusals.test.ts has a call for
 * each. Codes are those of each action's errors in the ELB API Reference; messages as published.
 */
import { AwsError, validationError } from "../../api/aws-error";

const invalidConfiguration = (message: string) => new AwsError("InvalidConfigurationRequest", message);
const invalidTarget = (message: string) => new AwsError("InvalidTarget", message);
const notPermitted = (message: string) => new AwsError("OperationNotPermitted", message);

export const refusals = {
  /** What the region lacks, rather than the caller. */
  regionLacks: (what: string, nearest: string) =>
    validationError(`The local region does not support ${what}; it supports ${nearest}`),

  invalidName: (kind: "Load balancer" | "Target group", name: string, why: string) =>
    validationError(`${kind} name '${name}' ${why}`),
  outOfRange: (what: string, value: number | string, from: number, to: number) =>
    validationError(`${what} '${value}' must be between '${from}' and '${to}' inclusive`),
  missing: (what: string) => validationError(`${what} must be specified`),

  duplicateLoadBalancerName: (name: string) =>
    new AwsError(
      "DuplicateLoadBalancerName",
      `A load balancer with the same name '${name}' exists, but with different settings`,
    ),
  subnetsOrMappings: () =>
    validationError("You must specify either subnets or subnet mappings, but not both"),
  tooFewZones: () =>
    validationError("At least two subnets in two different Availability Zones must be specified"),
  sameZone: () =>
    invalidConfiguration(
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    ),
  severalVpcs: () => invalidConfiguration("All subnets must belong to the same VPC"),
  otherVpc: () => invalidConfiguration("The load balancer's subnets must stay in its VPC"),
  subnetNotFound: (id: string) => new AwsError("SubnetNotFound", `The subnet ID '${id}' is not valid`),
  noInternetGateway: (vpcId: string) => new AwsError("InvalidSubnet", `VPC ${vpcId} has no internet gateway`),
  securityGroupNotFound: (id: string) =>
    new AwsError("InvalidSecurityGroup", `The security group '${id}' does not exist`),
  securityGroupInOtherVpc: () => invalidConfiguration("One or more security groups are invalid"),
  noSecurityGroup: () => invalidConfiguration("At least one security group must be specified"),
  deletionProtection: (arn: string) =>
    notPermitted(`Load balancer '${arn}' cannot be deleted because deletion protection is enabled`),

  unknownAttribute: (kind: string, key: string) =>
    validationError(`${kind} attribute key '${key}' is not recognized`),
  attributeTwice: (key: string) => validationError(`Attribute key '${key}' was specified more than once`),
  invalidAttribute: (key: string, value: string, expected: string) =>
    validationError(`'${key}' value '${value}' must be ${expected}`),
  logsWithoutBucket: () =>
    invalidConfiguration("Access Denied for bucket: . Please check S3bucket permission"),
  crossZoneIsFixed: () =>
    invalidConfiguration("Cross-zone load balancing cannot be disabled for Application Load Balancers"),

  duplicateTargetGroupName: (name: string) =>
    new AwsError(
      "DuplicateTargetGroupName",
      `A target group with the same name '${name}' exists, but with different settings`,
    ),
  vpcNotFound: (id: string) => validationError(`The VPC ID '${id}' is not found`),
  healthCheckAlwaysOn: () =>
    validationError("Health check enabled must be true for target groups with target type 'instance'"),
  healthCheckPath: (path: string) =>
    validationError(`Health check path '${path}' must begin with a '/' character and have at most 1024`),
  healthCheckPort: (port: string) =>
    validationError(`Health check port '${port}' must be 'traffic-port' or a number from 1 to 65535`),
  timeoutNotBelowInterval: (timeout: number, interval: number) =>
    validationError(`Health check timeout '${timeout}' must be smaller than the interval '${interval}'`),
  matcher: (codes: string) =>
    validationError(`Health check matcher HTTP code '${codes}' must be within '200-499' inclusive`),
  targetGroupInUse: (arn: string) =>
    new AwsError("ResourceInUse", `Target group '${arn}' is currently in use by a listener or a rule`),

  noTargets: () => validationError("You must specify at least one target"),
  targetsNotFound: (ids: string) => invalidTarget(`The following targets do not exist: '${ids}'`),
  targetsNotRunning: (ids: string) =>
    invalidTarget(`The following targets are not in a running state and cannot be registered: '${ids}'`),
  targetsInOtherVpc: (ids: string, vpcId: string) =>
    invalidTarget(`The following targets are not in the target group VPC '${vpcId}': '${ids}'`),

  duplicateListener: (arn: string) =>
    new AwsError(
      "DuplicateListener",
      `A listener already exists on this port for this load balancer '${arn}'`,
    ),
  listenerProtocol: (protocol: string) =>
    validationError(`Listener protocol '${protocol}' must be one of 'HTTPS, HTTP'`),
  noCertificate: () => validationError("A certificate must be specified for HTTPS listeners"),
  oneCertificate: () => validationError("Only one certificate can be specified for a listener"),
  certificateNotFound: (arn: string) => new AwsError("CertificateNotFound", `Certificate '${arn}' not found`),
  unsupportedCertificate: (arn: string) =>
    new AwsError(
      "UnsupportedCertificate",
      `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
    ),
  defaultCertificate: () => notPermitted("The default certificate of a listener cannot be removed"),
  onlyHttps: (what: "A certificate" | "An SSL policy") =>
    validationError(`${what} cannot be specified for HTTP listeners`),
  sslPolicyNotFound: (name: string) => new AwsError("SSLPolicyNotFound", `SSL policy '${name}' not found`),
  alpnPolicy: () =>
    new AwsError("ALPNPolicyNotFound", "An ALPN policy can only be specified for TLS listeners"),
  targetGroupOfOtherLoadBalancer: (arn: string) =>
    new AwsError(
      "TargetGroupAssociationLimit",
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    ),
  targetGroupInOtherVpc: (arn: string) =>
    invalidConfiguration(`The target group '${arn}' is not in the VPC of the load balancer`),
  oneAction: () => new AwsError("InvalidLoadBalancerAction", "You must specify exactly one action"),
  invalidAction: (why: string) => new AwsError("InvalidLoadBalancerAction", why),
  redirectLoop: () =>
    new AwsError(
      "InvalidLoadBalancerAction",
      "The redirect configuration is not valid because it creates a loop.",
    ),

  priorityInUse: (priority: number) =>
    new AwsError("PriorityInUse", `Priority '${priority}' is currently in use`),
  priorityTwice: (priority: number) => validationError(`Priority '${priority}' was provided multiple times`),
  rulesOfSeveralListeners: () => validationError("The rules must belong to the same listener"),
  defaultRule: (operation: string) => notPermitted(`Default rule '${operation}' is not permitted`),
  invalidCondition: (why: string) => validationError(why),
  nothingToModify: () => validationError("Either conditions or actions must be specified"),

  duplicateTagKeys: (key: string) =>
    new AwsError("DuplicateTagKeys", `Tag key was specified more than once: ${key}`),
  tooManyTags: () => new AwsError("TooManyTags", "More than 50 tags are not allowed on a resource"),
  invalidTag: (why: string) => validationError(why),
} satisfies Record<string, (...args: never[]) => AwsError>;
