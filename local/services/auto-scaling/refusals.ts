/**
 * What Auto Scaling refuses. refusals.test.ts has a call for each. Sources: the errors of each action in the Auto
 * Scaling API Reference, and published responses.
 */
import { AwsError, lacking, validationError } from "../../api/aws-error";

const prefix = (name: string) =>
  `AutoScalingGroup by this name already exists - A group with the name ${name}`;

export const refusals = {
  groupNotFound: (name: string) =>
    validationError(`AutoScalingGroup name not found - AutoScalingGroup ${name} not found`),
  groupExists: (name: string) => new AwsError("AlreadyExists", `${prefix(name)} already exists`),
  groupPendingDelete: (name: string) =>
    new AwsError(
      "AlreadyExists",
      `${prefix(name)} already exists and is pending delete.  Please wait until Autoscaling completes the deletion ` +
        "process before creating another group with the same name.",
    ),
  modifiedWhilePendingDelete: () =>
    validationError("The AutoScaling group may not be modified while it is pending delete"),
  groupHasInstances: () =>
    new AwsError(
      "ResourceInUse",
      "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
    ),
  groupHasActivities: () =>
    new AwsError(
      "ScalingActivityInProgress",
      "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
    ),
  nameHasColon: (name: string) =>
    validationError(`AutoScalingGroup name '${name}' is invalid: it must not contain a colon`),

  minAboveMax: (min: number, max: number) =>
    validationError(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`),
  desiredOutOfBounds: (desired: number, min: number, max: number) =>
    validationError(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    ),
  capacityBelowMin: (capacity: number, min: number) =>
    validationError(
      `New SetDesiredCapacity value ${capacity} is below min value ${min} for the AutoScalingGroup.`,
    ),
  capacityAboveMax: (capacity: number, max: number) =>
    validationError(
      `New SetDesiredCapacity value ${capacity} is above max value ${max} for the AutoScalingGroup.`,
    ),
  decrementBelowMin: (min: number) =>
    validationError(
      `Currently, desiredSize equals minSize (${min}). Terminating instance without replacement will violate ` +
        "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
    ),

  noLaunchTemplate: () =>
    validationError(
      "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
    ),
  launchTemplateIdOrName: () =>
    validationError("Valid requests must contain either launchTemplateId or LaunchTemplateName"),
  launchTemplateVersion: () =>
    validationError(
      "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.",
    ),
  /** @param why EC2's message */
  launchTemplate: (why: string) =>
    validationError(`You must use a valid fully-formed launch template. ${why}`),

  noZoneOrSubnet: () => validationError("At least one Availability Zone or VPC Subnet is required."),
  unknownSubnet: (id: string) => validationError(`The subnet ID '${id}' does not exist`),
  zonesDoNotMatch: () =>
    validationError(
      "The availability zones of the specified subnets and the Auto Scaling group do not match",
    ),
  noDefaultSubnet: (zone: string) =>
    validationError(
      `No default subnet for availability zone '${zone}'; specify subnets by VPCZoneIdentifier.`,
    ),
  subnetsOfManyVpcs: () => validationError("All subnets of an Auto Scaling group must be in the same VPC"),

  healthCheckType: (type: string) =>
    validationError(`Invalid health check type: ${type}. The local region supports EC2 and ELB.`),
  terminationPolicy: (name: string) =>
    validationError(
      `The local region does not support the termination policy ${name}. It supports Default, OldestInstance, ` +
        "NewestInstance, OldestLaunchTemplate and ClosestToNextInstanceHour.",
    ),
  capacityDistribution: (strategy: string) =>
    validationError(
      `The local region does not support the capacity distribution strategy ${strategy}. It supports ` +
        "balanced-best-effort and balanced-only.",
    ),

  unknownTargetGroups: () =>
    validationError("Provided Target Groups may not be valid. Please ensure they exist and try again."),
  targetGroupNotAttached: (arns: readonly string[]) =>
    validationError(`Target groups ${arns.join(", ")} are not attached to the Auto Scaling group`),
  trafficSourceType: (type: string) =>
    lacking(`The local region does not support traffic sources of type ${type}, only elbv2`),

  instanceNotFound: (id: string) =>
    validationError(`Instance Id not found - No managed instance found for instance ID: ${id}`),
  instanceOfOtherGroup: (id: string, group: string) =>
    validationError(`The instance ${id} is not part of Auto Scaling group ${group}.`),
  instanceNotInService: (id: string) =>
    validationError(`The instance ${id} is not in InService or EnteringStandby or Standby.`),
  healthStatus: (status: string) =>
    validationError(`Invalid health status: ${status}. Valid values are Healthy and Unhealthy.`),

  scalingProcess: (name: string) => validationError(`Unknown scaling process: ${name}`),
  metricName: (name: string) => validationError(`Unknown group metric: ${name}`),
  granularity: (value: string) => validationError(`Granularity must be 1Minute, not ${value}`),

  topic: (arn: string) => validationError(`Invalid SNS topic ARN: ${arn}`),
  notificationType: (type: string) => validationError(`"${type}" is not a valid Notification Type`),
  noNotificationType: () => validationError("At least one notification type must be specified"),

  filterType: (name: string, allowed: readonly string[]) =>
    validationError(`Filter type ${name} is not correct. Allowed Filter types are: ${allowed.join(", ")}`),
  invalidNextToken: (token: string) => new AwsError("InvalidNextToken", `The token '${token}' is invalid.`),

  tagResourceType: (type: string) =>
    validationError(`Invalid resource type: ${type}. The only valid value is auto-scaling-group.`),
  tagOfOtherGroup: (id: string) =>
    validationError(`The tag's resource id ${id} is not the name of the Auto Scaling group`),
  tagKeyReserved: () => validationError("Tag keys starting with 'aws:' are reserved for internal use"),
  tagKeyTwice: (key: string) => validationError(`Duplicate tag key '${key}' specified.`),

  policyNotFound: (name: string) => validationError(`ScalingPolicy '${name}' not found`),
  policyType: (type: string) =>
    lacking(`The local region does not support policies of type ${type}. It supports TargetTrackingScaling.`),
  policyMetric: (metric: string) =>
    lacking(
      `The local region does not support target tracking on ${metric}. It supports ASGAverageCPUUtilization.`,
    ),
  noTrackingConfiguration: () =>
    validationError("TargetTrackingConfiguration must be specified for policy type TargetTrackingScaling"),
  noMetricSpecification: () =>
    validationError(
      "Either PredefinedMetricSpecification or CustomizedMetricSpecification must be specified in TargetTrackingConfiguration",
    ),
  resourceLabel: (metric: string) =>
    validationError(`ResourceLabel must not be specified for the predefined metric type ${metric}`),
  targetValue: (value: number) =>
    validationError(`Invalid target value: ${value}. It must be a positive number`),
  cooldownOfTargetTracking: () =>
    validationError("Cooldown is not supported for policy type TargetTrackingScaling"),

  refreshInProgress: () =>
    new AwsError(
      "InstanceRefreshInProgress",
      "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
    ),
  noActiveRefresh: (group: string) =>
    new AwsError(
      "ActiveInstanceRefreshNotFound",
      `No in progress or pending Instance Refresh found for Auto Scaling group ${group}`,
    ),
  refreshNotFound: (id: string) => validationError(`Instance refresh ${id} not found`),
  maximumWithoutMinimum: () =>
    validationError("MinHealthyPercentage must be specified when MaxHealthyPercentage is specified"),
  healthyPercentages: (min: number, max: number) =>
    validationError(
      `The difference between MaxHealthyPercentage ${max} and MinHealthyPercentage ${min} cannot be greater than 100`,
    ),
  strategy: (strategy: string) =>
    lacking(`The local region does not support the refresh strategy ${strategy}. It supports Rolling.`),
  autoRollback: () =>
    lacking("The local region does not roll instance refreshes back; leave out AutoRollback"),
} satisfies Record<string, (...args: never[]) => AwsError>;
