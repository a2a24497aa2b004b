import type { GroupMetric } from "./group-metrics";
import type { HealthChecks } from "./instance";
import type { GroupLaunchTemplate } from "./instance-launcher";
import type { TerminationPolicy } from "./termination-policy";

export interface GroupTag {
  key: string;
  value: string;
  propagateAtLaunch: boolean;
}

/** What CreateAutoScalingGroup declares and UpdateAutoScalingGroup changes. */
export interface GroupSettings extends HealthChecks {
  name: string;
  arn: string;
  /** The resource's name, shown to users and used in folder names. */
  label: string;
  launchTemplate: GroupLaunchTemplate;
  subnetIds: string[];
  /** Whether the subnets were chosen by their zones: the default subnets. */
  byZones?: boolean;
  targetGroupArns: string[];
  minSize: number;
  maxSize: number;
  /** The default instance warm-up, if it is enabled. */
  warmupSeconds?: number;
  defaultCooldown: number;
  newInstancesProtectedFromScaleIn: boolean;
  terminationPolicies: readonly TerminationPolicy[];
  /** Without effect: what AWS answers in the group's description. */
  inert?: InertSettings;
  /** The group metrics that are sent to CloudWatch. */
  enabledMetrics: GroupMetric[];
  tags: GroupTag[];
}

/** What a group does when a zone can't launch; zones never fail here. */
export const capacityDistributionStrategies = ["balanced-best-effort", "balanced-only"] as const;

type CapacityDistributionStrategy = (typeof capacityDistributionStrategies)[number];

export interface InertSettings {
  serviceLinkedRoleArn?: string;
  capacityDistributionStrategy?: CapacityDistributionStrategy;
  capacityRebalance?: boolean;
  context?: string;
}
