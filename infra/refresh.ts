/** The instance refresh of an Auto Scaling group, as a deployment sees it. */
import type { InstanceRefresh } from "@aws-sdk/client-auto-scaling";

export interface RefreshState {
  /** False while the refresh goes on. */
  over: boolean;
  /** For the user, in one line. */
  message: string;
  /** Set if the group wasn't rolled. */
  failed?: true;
}

/**
 * @param latest the group's newest refresh, if it ever had one
 * Source: Auto Scaling API Reference, "InstanceRefresh", Status.
 */
export function refreshState(latest: InstanceRefresh | undefined): RefreshState {
  if (!latest) return { over: true, message: "no instance refresh: the group is as it was made" };
  const {
    InstanceRefreshId: id,
    Status: status,
    StatusReason: reason,
    PercentageComplete: percentage = 0,
  } = latest;
  const progress = `instance refresh ${id}: ${status}, ${percentage} %`;
  switch (status) {
    case "Pending":
    case "InProgress":
    case "Cancelling":
    case "Baking":
    case "RollbackInProgress":
      return { over: false, message: progress };
    case "Successful":
      return { over: true, message: progress };
    default:
      return {
        over: true,
        failed: true,
        message: reason === undefined ? progress : `${progress}: ${reason}`,
      };
  }
}
