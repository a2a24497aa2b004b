/** What a user can hold back or force: processes, protection, health, refreshes, policies. */
import { fleetSettings, openGroup, type FakeGroupContext } from "../../../testing/fake-group";
import type { AutoScalingGroup } from "./group";
import { percentageComplete } from "./instance-refreshes";

const ids = (group: AutoScalingGroup) => [...group.instances.keys()];
const only = (group: AutoScalingGroup) => {
  const [instance] = group.instances.values();
  if (!instance) throw new Error("the group has no instance");
  return instance;
};
const registered = ({ targetGroups }: FakeGroupContext) => [
  ...(targetGroups.get("arn-1")?.targets.keys() ?? []),
];

describe("a suspended process does nothing until it resumes", () => {
  test("Launch", async () => {
    const { context, group } = openGroup({}, 0);
    group.suspend(["Launch"]);
    group.setDesiredCapacity(2);
    await context.run(5);
    expect(group.instances.size).toBe(0);
    group.resume(["Launch"]);
    await context.run(1);
    expect(group.instances.size).toBe(2);
  });

  test("Terminate", async () => {
    const { context, group } = openGroup();
    await context.run(1);
    group.suspend(["Terminate"]);
    group.setDesiredCapacity(0);
    await context.run(5);
    expect(group.instances.size).toBe(1);
    group.resume(["Terminate"]);
    await context.run(1);
    expect(group.instances.size).toBe(0);
  });

  test.each(["HealthCheck", "ReplaceUnhealthy"] as const)("%s", async process => {
    const { context, group } = openGroup();
    await context.run(1);
    const [first = ""] = ids(group);
    group.suspend([process]);
    await context.terminate(first);
    await context.run(5);
    expect(ids(group)).toEqual([first]);
    expect(group.failedCheck(only(group))).toBe(process === "HealthCheck" ? undefined : "EC2");
    group.resume([process]);
    await context.run(1);
    expect(ids(group)).toHaveLength(1);
    expect(ids(group)).not.toContain(first);
  });

  test("AlarmNotification, while the alarms keep their states", async () => {
    const { context, group } = openGroup();
    group.suspend(["AlarmNotification"]);
    context.load = 150;
    await context.run(30);
    expect(group.desiredCapacity).toBe(1);
    expect([...group.policies.values()].map(({ high, low }) => [high, low])).toMatchObject([
      [
        {
          state: "ALARM",
          reason: "Threshold Crossed: 3 datapoints [100, 100, 100] were greater than the threshold (50).",
        },
        { state: "OK", reason: "Threshold Crossed: 1 datapoint [100] was not less than the threshold (35)." },
      ],
    ]);
    group.resume(["AlarmNotification"]);
    await context.run(1);
    expect(group.desiredCapacity).toBe(2);
  });

  test("AddToLoadBalancer, for the instances that were launched meanwhile", async () => {
    const { context, group } = openGroup();
    group.suspend(["AddToLoadBalancer"]);
    await context.run(1);
    expect(registered(context)).toEqual([]);
    group.resume(["AddToLoadBalancer"]);
    group.setDesiredCapacity(2);
    await context.run(1);
    expect(registered(context)).toEqual([ids(group)[1]]);
  });

  test("InstanceRefresh", async () => {
    const { context, group } = openGroup();
    await context.run(10);
    const before = ids(group);
    group.suspend(["InstanceRefresh"]);
    group.startInstanceRefresh({ minHealthyPercentage: 100, maxHealthyPercentage: 200 });
    await context.run(10);
    expect(ids(group)).toEqual(before);
    group.resume(["InstanceRefresh"]);
    await context.run(10);
    expect(group.refreshes.all[0]?.status).toBe("Successful");
    expect(ids(group)).not.toEqual(before);
  });
});

describe("scale-in protection", () => {
  test("keeps an instance when the group shrinks, but not when it fails", async () => {
    const { context, group } = openGroup({ newInstancesProtectedFromScaleIn: true }, 2);
    await context.run(1);
    const [first = "", second = ""] = ids(group);
    group.protect([...group.instances.values()].slice(1), false);
    group.setDesiredCapacity(0);
    await context.run(1);
    expect(ids(group)).toEqual([first]);
    expect(second).not.toBe("");
    await context.terminate(first);
    await context.run(1);
    expect(ids(group)).toEqual([]);
  });

  test.each([
    ["Wait", "InProgress", 1],
    ["Ignore", "Successful", 1],
    ["Refresh", "Successful", 0],
  ] as const)("%s: a refresh is %s, and %i protected instances stay", async (preference, status, stay) => {
    const { context, group } = openGroup();
    await context.run(10);
    const before = ids(group);
    group.protect([...group.instances.values()], true);
    group.startInstanceRefresh({
      minHealthyPercentage: 100,
      maxHealthyPercentage: 200,
      scaleInProtectedInstances: preference,
    });
    await context.run(20);
    expect(group.refreshes.all[0]?.status).toBe(status);
    expect(before.filter(id => group.instances.has(id))).toHaveLength(stay);
  });
});

describe("SetInstanceHealth", () => {
  test("replaces an instance, but in its grace period only on demand", async () => {
    const { context, group } = openGroup();
    await context.run(0.75);
    const [first] = ids(group);
    group.setInstanceHealth(only(group), false, true);
    await context.run(0.25);
    expect(ids(group)).toEqual([first]);
    group.setInstanceHealth(only(group), false, false);
    await context.run(1);
    expect(ids(group)).toHaveLength(1);
    expect(ids(group)).not.toContain(first);
    expect(group.activities.at(-2)?.causes.map(({ cause }) => cause)).toEqual([
      { kind: "unhealthy", check: "user" },
    ]);
  });
});

describe("instance refreshes", () => {
  const preferences = { minHealthyPercentage: 100, maxHealthyPercentage: 200 };

  test("report their progress", async () => {
    const { context, group } = openGroup({}, 2);
    await context.run(10);
    const refresh = group.startInstanceRefresh(preferences);
    const state = () => [refresh.status, refresh.remaining, percentageComplete(refresh), refresh.endTime];
    expect(state()).toEqual(["InProgress", 2, 0, undefined]);
    await context.run(10);
    expect(state()).toEqual(["Successful", 0, 100, expect.any(Number)]);
  });

  test("skip instances that match", async () => {
    const { context, group } = openGroup();
    await context.run(10);
    const before = ids(group);
    expect(group.startInstanceRefresh({ ...preferences, skipMatching: true }).status).toBe("Successful");
    context.latestVersion = 2;
    group.configure({ ...fleetSettings, launchTemplate: { id: "lt-1", version: "$Latest" } });
    group.startInstanceRefresh({ ...preferences, skipMatching: true });
    await context.run(10);
    expect(ids(group)).not.toEqual(before);
    expect(only(group).launchTemplateVersion).toBe(2);
  });

  test("change the group's template once they have succeeded", async () => {
    const { context, group } = openGroup();
    await context.run(10);
    group.startInstanceRefresh({ ...preferences, launchTemplate: { id: "lt-2", version: 3 } });
    await context.run(1);
    expect(group.settings.launchTemplate).toEqual({ id: "lt-1", version: 1 });
    await context.run(10);
    expect(group.settings.launchTemplate).toEqual({ id: "lt-2", version: 3 });
    expect(only(group)).toMatchObject({ launchTemplateId: "lt-2", launchTemplateVersion: 3 });
  });

  test("wait for their own warm-up, and without any for the grace period", async () => {
    for (const [warmupSeconds, instanceWarmupSeconds, minutes] of [
      [300, 60, 2],
      [undefined, undefined, 2],
      [undefined, 300, 6],
    ]) {
      const { context, group } = openGroup({ warmupSeconds });
      await context.run(10);
      const refresh = group.startInstanceRefresh({ ...preferences, instanceWarmupSeconds });
      await context.run((minutes ?? 0) - 1);
      expect(refresh.status).toBe("InProgress");
      await context.run(1.5);
      expect(refresh.status).toBe("Successful");
    }
  });

  test("stop when they are cancelled, once what they began has ended", async () => {
    const { context, group } = openGroup({}, 2);
    group.policies.clear();
    await context.run(10);
    const refresh = group.startInstanceRefresh(preferences);
    group.cancelInstanceRefresh(refresh, true);
    expect(refresh.status).toBe("Cancelling");
    await context.run(2);
    expect([refresh.status, refresh.statusReason]).toEqual(["Cancelled", "Cancelled due to user request."]);
    await context.run(10);
    expect(ids(group)).toHaveLength(2);
    const kinds = group.activities.flatMap(({ causes }) => causes.map(({ cause }) => cause.kind));
    expect(kinds).not.toContain("refreshTermination");
  });

  test("fail after an hour without progress", async () => {
    const { context, group } = openGroup();
    await context.run(10);
    context.failure = "no capacity";
    const refresh = group.startInstanceRefresh(preferences);
    await context.run(59);
    expect(refresh.status).toBe("InProgress");
    await context.run(2);
    expect(refresh.status).toBe("Failed");
  });
});

describe("several policies", () => {
  const settings = { disableScaleIn: false, enabled: true };

  test("the largest capacity wins", async () => {
    const { context, group } = openGroup();
    group.putPolicy("eager", { ...settings, targetValue: 25 });
    context.load = 75;
    await context.run(9);
    expect(group.desiredCapacity).toBe(3);
  });

  test("a disabled one doesn't count, but one that doesn't agree prevents a scale-in", async () => {
    const { context, group } = openGroup({}, 2);
    const eager = group.putPolicy("eager", { ...settings, targetValue: 1, enabled: false });
    await context.run(30);
    expect(group.desiredCapacity).toBe(1);
    group.setDesiredCapacity(2);
    Object.assign(eager, { enabled: true, targetValue: 0.5 });
    await context.run(30);
    expect(group.desiredCapacity).toBe(2);
  });

  test("a policy without scale-in never shrinks the group, nor prevents it", async () => {
    const { context, group } = openGroup({}, 2);
    group.policies.clear();
    group.putPolicy("out-only", { ...settings, targetValue: 50, disableScaleIn: true });
    await context.run(60);
    expect(group.desiredCapacity).toBe(2);
    group.putPolicy("both", { ...settings, targetValue: 50 });
    await context.run(2);
    expect(group.desiredCapacity).toBe(1);
  });

  test("a policy that changes keeps its id and its alarms", () => {
    const { group } = openGroup();
    const before = group.putPolicy("cpu", { ...settings, targetValue: 50 });
    const after = group.putPolicy("cpu", { ...settings, targetValue: 60 });
    expect(after).toMatchObject({ id: before.id, alarmHigh: before.alarmHigh, targetValue: 60 });
    expect(group.policies.get("cpu")).toBe(after);
  });
});

describe("target groups", () => {
  test("show the state of the instances' registration", async () => {
    const { context, group } = openGroup({ targetGroupArns: [] });
    await context.run(1);
    const states = () => group.targetGroupStates();
    expect(states()).toEqual([]);
    group.suspend(["AddToLoadBalancer"]);
    group.configure({ ...fleetSettings, targetGroupArns: ["arn-1"] });
    expect(states()).toEqual([{ arn: "arn-1", state: "Added" }]);
    await context.run(0.5);
    expect(states()).toEqual([{ arn: "arn-1", state: "InService" }]);
    group.setDesiredCapacity(2);
    await context.run(1);
    expect(states()).toEqual([{ arn: "arn-1", state: "Adding" }]);
    group.configure({ ...fleetSettings, targetGroupArns: [] });
    expect(states()).toEqual([{ arn: "arn-1", state: "Removing" }]);
    await context.run(1);
    expect(states()).toEqual([]);
  });
});
