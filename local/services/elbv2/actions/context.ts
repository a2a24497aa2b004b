import type { WallClock } from "../../../api/wall-clock";
import type { Elbv2 } from "../elbv2";

/** What Elastic Load Balancing's actions work on. */
export interface Elbv2Context {
  elbv2: Elbv2;
  /** EC2's opinion of a subnet; undefined for an unknown one. */
  subnet: (id: string) => { vpcId: string; availabilityZone: string } | undefined;
  /** One for the whole answer, so that its times are consistent. */
  wallClock: WallClock;
}
