import {
  defaultSettings,
  InstanceRecords,
  launchFailed,
  userInitiated,
  type Instance,
  type LaunchSpecification,
} from "./instance-records";

const pending = (instanceId: string): Instance => ({
  specification: { instanceId } as LaunchSpecification,
  settings: defaultSettings,
  launchedAt: 0,
  attachedAt: 0,
  state: "pending",
  interfaceId: "eni-1",
  reservationId: "r-1",
  volumeId: "vol-1",
});
const shown = (instances: InstanceRecords, now: number) =>
  instances.visible(now).map(({ specification, state }) => `${specification.instanceId} ${state}`);
const hour = 3_600_000;

test("an instance is visible from launch until an hour after termination", () => {
  const instances = new InstanceRecords();
  const instance = pending("i-1");
  instances.add(instance);
  expect(shown(instances, 0)).toEqual(["i-1 pending"]);
  expect(instances.markRunning(instance, 1)).toBe(true);
  expect(shown(instances, 1)).toEqual(["i-1 running"]);
  instances.markTerminating("i-1", userInitiated(10));
  expect(shown(instances, 10 * hour)).toEqual(["i-1 shutting-down"]);
  instances.markTerminating("i-1", userInitiated(15));
  instances.markTerminated("i-1", 20);
  expect(instances.get("i-1")).toMatchObject({ stateReason: { requestedAt: 10 }, terminatedAt: 20 });
  expect(shown(instances, 20 + hour - 1)).toEqual(["i-1 terminated"]);
  expect(shown(instances, 20 + hour)).toEqual([]);
  expect(instances.get("i-1")).toBeUndefined();
});

test("an instance terminated while pending never runs, and keeps the first reason", () => {
  const instances = new InstanceRecords();
  const instance = pending("i-1");
  instances.add(instance);
  instances.markTerminating("i-1", launchFailed);
  instances.markTerminating("i-1", userInitiated(1));
  expect(instances.markRunning(instance, 2)).toBe(false);
  expect(instance).toMatchObject({ state: "shutting-down", stateReason: launchFailed });
});

test("unknown ids are ignored", () => {
  const instances = new InstanceRecords();
  instances.markTerminating("i-9", userInitiated(0));
  instances.markTerminated("i-9", 0);
  expect(instances.visible(0)).toEqual([]);
});
