import type { ActionsOf } from "../../../api/service";
import type { WallClock } from "../../../api/wall-clock";
import type { AutoScaling } from "../auto-scaling";

export interface AutoScalingActionContext {
  autoScaling: AutoScaling;
  regionName: string;
  /** These return undefined for what is unknown. */
  subnet: (id: string) => { vpcId: string; availabilityZone: string } | undefined;
  defaultSubnetOf: (availabilityZone: string) => string | undefined;
  launchTemplateNameOf: (id: string) => string | undefined;
  launchTemplateIdOf: (name: string) => string | undefined;
  instanceTypeOf: (instanceId: string) => string | undefined;
  isTargetGroup: (arn: string) => boolean;
  /** Region milliseconds. */
  now: () => number;
  wallClock: WallClock;
}

export type AutoScalingActions = ActionsOf<
  typeof import("@aws-sdk/client-auto-scaling"),
  AutoScalingActionContext
>;
