/** AWS's API as the providers use it. */
import type { Caller } from "../../api/caller";
import type { ActionsOf } from "../../api/service";

export interface Calls {
  autoScaling: Caller<ActionsOf<typeof import("@aws-sdk/client-auto-scaling"), never>>;
  cloudWatch: Caller<ActionsOf<typeof import("@aws-sdk/client-cloudwatch"), never>>;
  ec2: Caller<ActionsOf<typeof import("@aws-sdk/client-ec2"), never>>;
  elbv2: Caller<ActionsOf<typeof import("@aws-sdk/client-elastic-load-balancing-v2"), never>>;
  iam: Caller<ActionsOf<typeof import("@aws-sdk/client-iam"), never>>;
}

/** What the providers call and wait for. */
export interface Aws extends Calls {
  /** Each fails if it can't come about any more. */
  until: {
    instanceRunning: (instanceId: string) => Promise<void>;
    imageAvailable: (imageId: string) => Promise<void>;
  };
}
