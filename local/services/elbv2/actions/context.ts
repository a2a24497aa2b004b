import type { ActionsOf } from "../../../api/service";
import type { WallClock } from "../../../api/wall-clock";
import type { Elbv2 } from "../elbv2";

export interface Elbv2ActionContext {
  elbv2: Elbv2;
  /** Region milliseconds. */
  now: () => number;
  wallClock: WallClock;
}

export type Elbv2Actions = ActionsOf<
  typeof import("@aws-sdk/client-elastic-load-balancing-v2"),
  Elbv2ActionContext
>;
