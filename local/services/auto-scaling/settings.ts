import type { GroupMetric } from "./group-metrics";

export interface GroupSettings {
  name: string;
  arn: string;
  /** The resource's name, shown to users and used in folder names. */
  label: string;
  launchTemplate: { id: string; version: number };
  subnetIds: string[];
  targetGroupArns: string[];
  /** The port that instances are registered with. */
  targetPort: number;
  minSize: number;
  maxSize: number;
  warmupSeconds: number;
  healthCheckType: "EC2" | "ELB";
  healthCheckGracePeriodSeconds: number;
  /** The group metrics that are sent to CloudWatch. */
  enabledMetrics: GroupMetric[];
  tags: { key: string; value: string; propagateAtLaunch: boolean }[];
}
