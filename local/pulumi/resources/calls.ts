/** AWS's API as the providers use it. */
import type { Caller } from "../../api/caller";
import type { autoScalingService } from "../../services/auto-scaling/actions";
import type { cloudWatchService } from "../../services/cloudwatch/actions";
import type { ec2Service } from "../../services/ec2/actions";
import type { elbv2Service } from "../../services/elbv2/actions";
import type { iamService } from "../../services/iam/actions";

export interface Calls {
  autoScaling: Caller<typeof autoScalingService.actions>;
  cloudWatch: Caller<typeof cloudWatchService.actions>;
  ec2: Caller<typeof ec2Service.actions>;
  elbv2: Caller<typeof elbv2Service.actions>;
  iam: Caller<typeof iamService.actions>;
}

/** What the providers call and wait for. */
export interface Aws extends Calls {
  /** Each fails if it can't come about any more. */
  until: {
    instanceRunning: (instanceId: string) => Promise<void>;
    imageAvailable: (imageId: string) => Promise<void>;
  };
}
