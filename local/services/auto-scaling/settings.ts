import type { GroupMetric } from "./group-metrics";
import type { HealthChecks } from "./instance";
import type { LaunchTemplateVersion } from "./instance-launcher";

export interface GroupSettings extends HealthChecks {
  name: string;
  arn: string;
  /** The resource's name, shown to users and used in folder names. */
  label: string;
  launchTemplate: LaunchTemplateVersion;
  subnetIds: string[];
  targetGroupArns: string[];
  minSize: number;
  maxSize: number;
  warmupSeconds: number;
  /** The group metrics that are sent to CloudWatch. */
  enabledMetrics: GroupMetric[];
  tags: { key: string; value: string; propagateAtLaunch: boolean }[];
}
