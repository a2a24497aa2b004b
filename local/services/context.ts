import type { Region } from "../region";
import type { VpcModel } from "../network/reachability/vpc-model";
import type { WallClock } from "../api/wall-clock";

/** What an operator's call is answered from. */
export interface Context {
  region: Region;
  vpc: VpcModel;
  /** One for the whole answer, so that its times are consistent. */
  wallClock: WallClock;
}
