import type { GroupMetric } from "./group-metrics";

export interface GroupSettings {
  name: string;
  arn: string;
  /** Of the resource, for people and for names of folders. */
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
  /** Its own metrics that CloudWatch gets. */
  enabledMetrics: GroupMetric[];
  tags: { key: string; value: string; propagateAtLaunch: boolean }[];
}
