import { InstanceRecords, type Instance, type LaunchSpecification } from "./instance-records";

const pending = (instanceId: string): Instance => ({
  specification: { instanceId } as LaunchSpecification,
  launchedAt: 0,
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
  expect(instances.markRunning(instance)).toBe(true);
  expect(shown(instances, 1)).toEqual(["i-1 running"]);
  instances.markTerminating("i-1", 10);
  expect(shown(instances, 10 * hour)).toEqual(["i-1 shutting-down"]);
  instances.markTerminating("i-1", 15);
  instances.markTerminated("i-1", 20);
  expect(instances.get("i-1")).toMatchObject({ terminationRequestedAt: 10, terminatedAt: 20 });
  expect(shown(instances, 20 + hour - 1)).toEqual(["i-1 terminated"]);
  expect(shown(instances, 20 + hour)).toEqual([]);
  expect(instances.get("i-1")).toBeUndefined();
});

test("an instance terminated while pending never runs but stays visible; a failed launch doesn't", () => {
  const instances = new InstanceRecords();
  const [terminated, failed] = [pending("i-1"), pending("i-2")];
  instances.add(terminated);
  instances.add(failed);
  instances.markTerminating("i-1", 0);
  expect(instances.markRunning(terminated)).toBe(false);
  for (const instance of [terminated, failed]) instances.discardFailedLaunch(instance);
  expect(shown(instances, 0)).toEqual(["i-1 shutting-down"]);
});

test("unknown ids are ignored", () => {
  const instances = new InstanceRecords();
  instances.markTerminating("i-9", 0);
  instances.markTerminated("i-9", 0);
  expect(instances.visible(0)).toEqual([]);
});
