import type { InstanceRefresh } from "@aws-sdk/client-auto-scaling";
import { refreshState, type RefreshState } from "./refresh";

const refresh = (Status: InstanceRefresh["Status"], StatusReason?: string): InstanceRefresh => ({
  InstanceRefreshId: "id",
  Status,
  PercentageComplete: 40,
  StatusReason,
});

test.each<[InstanceRefresh | undefined, RefreshState]>([
  [undefined, { over: true, message: "no instance refresh: the group is as it was made" }],
  [refresh("Pending"), { over: false, message: "instance refresh id: Pending, 40 %" }],
  [refresh("InProgress"), { over: false, message: "instance refresh id: InProgress, 40 %" }],
  [refresh("Baking"), { over: false, message: "instance refresh id: Baking, 40 %" }],
  [refresh("Cancelling"), { over: false, message: "instance refresh id: Cancelling, 40 %" }],
  [refresh("RollbackInProgress"), { over: false, message: "instance refresh id: RollbackInProgress, 40 %" }],
  [refresh("Successful"), { over: true, message: "instance refresh id: Successful, 40 %" }],
  [refresh("Failed", "why"), { over: true, failed: true, message: "instance refresh id: Failed, 40 %: why" }],
  [refresh("Cancelled"), { over: true, failed: true, message: "instance refresh id: Cancelled, 40 %" }],
  [
    refresh("RollbackSuccessful"),
    { over: true, failed: true, message: "instance refresh id: RollbackSuccessful, 40 %" },
  ],
])("the state of %j", (latest, expected) => {
  expect(refreshState(latest)).toEqual(expected);
});
