import type { WallClock } from "../../../api/wall-clock";
import type { AutoScaling } from "../auto-scaling";

/** What Auto Scaling's actions work on. */
export interface AutoScalingActionContext {
  autoScaling: AutoScaling;
  regionName: string;
  /** Each of these is undefined for an unknown id. */
  availabilityZoneOf: (subnetId: string) => string | undefined;
  launchTemplateNameOf: (id: string) => string | undefined;
  instanceTypeOf: (instanceId: string) => string | undefined;
  /** Region milliseconds. */
  now: () => number;
  /** One for the whole answer, so that its times are consistent. */
  wallClock: WallClock;
}
