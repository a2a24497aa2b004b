import type { ActionsOf } from "../../../api/service";
import type { WallClock } from "../../../api/wall-clock";
import type { InstanceProfile } from "../../../hosts/metadata";
import type { Ec2 } from "../ec2";

export interface Ec2ActionContext {
  ec2: Ec2;
  regionName: string;
  instanceProfiles: ReadonlyMap<string, InstanceProfile>;
  /** Region milliseconds. */
  now: () => number;
  wallClock: WallClock;
  report: (event: string) => void;
}

export type Ec2Actions = ActionsOf<typeof import("@aws-sdk/client-ec2"), Ec2ActionContext>;
