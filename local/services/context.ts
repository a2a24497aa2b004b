import type { Region } from "../region";
import type { VpcModel } from "../network/reachability/vpc-model";
import type { WallClock } from "../api/wall-clock";

/** The state that an operator's call acts on. */
export interface Context {
  region: Region;
  vpc: VpcModel;
  /** One per response, so that its times are consistent. */
  wallClock: WallClock;
}
