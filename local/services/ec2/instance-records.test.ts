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

test("an instance is visible from its launch until an hour after its end", () => {
  const instances = new InstanceRecords();
  const instance = pending("i-1");
  instances.add(instance);
  expect(shown(instances, 0)).toEqual(["i-1 pending"]);
  expect(instances.run(instance)).toBe(true);
  expect(shown(instances, 1)).toEqual(["i-1 running"]);
  instances.beginEnd("i-1", 10);
  expect(shown(instances, 10 * hour)).toEqual(["i-1 shutting-down"]);
  instances.beginEnd("i-1", 15);
  instances.end("i-1", 20);
  expect(instances.get("i-1")).toMatchObject({ endingSince: 10, endedAt: 20 });
  expect(shown(instances, 20 + hour - 1)).toEqual(["i-1 terminated"]);
  expect(shown(instances, 20 + hour)).toEqual([]);
  expect(instances.get("i-1")).toBeUndefined();
});

test("one that is ended while it is pending never runs, and is told of; a failed launch is not", () => {
  const instances = new InstanceRecords();
  const [ended, failed] = [pending("i-1"), pending("i-2")];
  instances.add(ended);
  instances.add(failed);
  instances.beginEnd("i-1", 0);
  expect(instances.run(ended)).toBe(false);
  for (const instance of [ended, failed]) instances.forgetFailed(instance);
  expect(shown(instances, 0)).toEqual(["i-1 shutting-down"]);
});

test("an id that there is not is no error", () => {
  const instances = new InstanceRecords();
  instances.beginEnd("i-9", 0);
  instances.end("i-9", 0);
  expect(instances.visible(0)).toEqual([]);
});
