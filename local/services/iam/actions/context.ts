import type { ActionsOf } from "../../../api/service";
import type { WallClock } from "../../../api/wall-clock";
import type { Iam } from "../iam";

export interface IamActionContext {
  iam: Iam;
  wallClock: WallClock;
}

export type IamActions = ActionsOf<typeof import("@aws-sdk/client-iam"), IamActionContext>;
