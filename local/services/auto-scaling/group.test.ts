import { AwsError } from "../../api/aws-error";
import { causeText } from "./activity";
import { FakeTargetGroup, fleetSettings, openGroup, settled } from "../../../testing/fake-group";
import type { FakeGroupContext } from "../../../testing/fake-group";
import { hasFirstInstance } from "./first-instance";
import type { AutoScalingGroup } from "./group";

const regionTime = (time: number) => new Date(Date.UTC(2026, 10, 22, 20) + time);
const instancesOf = (group: AutoScalingGroup) => [...group.instances.values()];
const states = (group: AutoScalingGroup) => instancesOf(group).map(({ lifecycleState }) => lifecycleState);
const ids = (group: AutoScalingGroup) => [...group.instances.keys()];

/** A group that has run for some minutes. */
async function groupAfter(minutes: number, ...options: Parameters<typeof openGroup>) {
  const opened = openGroup(...options);
  await opened.context.run(minutes);
  return opened;
}
const [started, launched, terminating, selected] = [
  "an instance was started in response to a difference between desired and actual capacity, increasing the capacity from",
  "Launching a new EC2 instance: i",
  "Terminating EC2 instance: i",
  "instance i was selected for termination.",
];
const takenOut = "an instance was taken out of service in response to";
const high = "a monitor alarm TargetTracking-High in state ALARM triggered policy cpu-target-tracking";
const low = "a monitor alarm TargetTracking-Low in state ALARM triggered policy cpu-target-tracking";

/** Activities, oldest first, with ids as "i" and times as minutes and seconds since the region started. */
const history = (group: AutoScalingGroup) =>
  group.activities.toReversed().map(({ description, causes, statusCode }) =>
    [statusCode, description, causeText(causes, regionTime)]
      .join(" | ")
      .replaceAll(/i-[0-9a-f]{17}/g, "i")
      .replaceAll(
        /At 2026-11-2\dT(\d\d):(\d\d):(\d\d)Z /g,
        (_, hour: string, minute: string, second: string) => {
          return `${(Number(hour) - 20) * 60 + Number(minute)}:${second} `;
        },
      ),
  );

/** Changes of the desired capacity by minute: "1, 4:2" means 1 at first, and 2 from the fourth minute on. */
async function capacities(group: AutoScalingGroup, context: FakeGroupContext, minutes: number) {
  let last = group.desiredCapacity;
  const changes = [String(last)];
  for (let minute = 1; minute <= minutes; minute++) {
    await context.run(1);
    if (group.desiredCapacity !== last) changes.push(`${minute}:${group.desiredCapacity}`);
    last = group.desiredCapacity;
  }
  return changes.join(", ");
}

describe("a fleet over hours", () => {
  test("idles at 1, scales out to 3 under load, and returns to 1, each step with its cause", async () => {
    const { context, group } = openGroup();
    expect(await capacities(group, context, 60)).toBe("1");
    context.load = 150;
    expect(await capacities(group, context, 60)).toBe("1, 3:2, 9:3");
    expect(states(group)).toEqual(["InService", "InService", "InService"]);
    context.load = 1;
    // To 1, not 0: any load at all needs an instance.
    expect(await capacities(group, context, 240)).toBe("3, 15:2, 16:1");
    expect(history(group)).toEqual([
      `Successful | ${launched} | 0:00 a user request created an AutoScalingGroup changing the desired capacity ` +
        `from 0 to 1.  0:00 ${started} 0 to 1.`,
      `Successful | ${launched} | 63:00 ${high} changing the desired capacity from 1 to 2.  63:00 ${started} 1 to 2.`,
      `Successful | ${launched} | 69:00 ${high} changing the desired capacity from 2 to 3.  69:00 ${started} 2 to 3.`,
      `Successful | ${terminating} | 135:00 ${low} changing the desired capacity from 3 to 2.  135:00 ${takenOut} a ` +
        `difference between desired and actual capacity, shrinking the capacity from 3 to 2.  135:00 ${selected}`,
      `Successful | ${terminating} | 136:00 ${low} changing the desired capacity from 2 to 1.  136:00 ${takenOut} a ` +
        `difference between desired and actual capacity, shrinking the capacity from 2 to 1.  136:00 ${selected}`,
    ]);
    expect([...context.launched.keys()]).toEqual(ids(group));
  });

  test("doesn't count an instance until it is warm", async () => {
    const { context, group } = openGroup();
    context.load = 400;
    // In service after 30 s, warm after 330 s: points of the minutes 6, 7 and 8.
    expect(await capacities(group, context, 8)).toBe("1, 8:2");
    const { metrics, clock } = context;
    const cpu = { namespace: "AWS/EC2", name: "CPUUtilization" };
    const of = (name: string, value: string) => {
      const points = metrics.averages({ ...cpu, dimension: { name, value } }, 8, clock.now() - 60_000);
      return points.map(point => point ?? 0);
    };
    expect(of("AutoScalingGroupName", group.name)).toEqual([0, 0, 0, 0, 0, 100, 100, 100]);
    expect(of("InstanceId", ids(group)[0] ?? "")).toEqual([0, 100, 100, 100, 100, 100, 100, 100]);
  });

  test("records how many instances it has and wants, minute by minute", async () => {
    const enabledMetrics = ["GroupDesiredCapacity", "GroupInServiceInstances"] as const;
    const { context, group } = await groupAfter(1, { enabledMetrics: [...enabledMetrics] });
    group.setDesiredCapacity(3);
    await context.run(2);
    const { metrics, clock } = context;
    const dimension = { name: "AutoScalingGroupName", value: group.name };
    const [desired, inService] = enabledMetrics.map(name =>
      metrics.averages({ namespace: "AWS/AutoScaling", name, dimension }, 4, clock.now() - 60_000),
    );
    expect(desired).toEqual([undefined, 1, 3, 3]);
    expect(inService).toEqual([undefined, 1, 3, 3]);
  });

  test("does nothing without data", async () => {
    const { context, group } = openGroup();
    context.load = undefined;
    expect(await capacities(group, context, 60)).toBe("1");
    context.load = 400;
    await context.run(2);
    context.load = undefined;
    expect(await capacities(group, context, 60)).toBe("1, 1:2");
  });

  test("keeps its capacity without a policy", async () => {
    const { context, group } = openGroup();
    group.policies.clear();
    context.load = 400;
    expect(await capacities(group, context, 60)).toBe("1");
  });
});

describe("SetDesiredCapacity", () => {
  test("to 0 empties the group until it is called again", async () => {
    const { context, group } = openGroup();
    context.load = 400;
    await context.run(5);
    group.setDesiredCapacity(0);
    expect(states(group)).toEqual(["Terminating"]);
    await settled();
    expect(group.activities[0]).toMatchObject({
      statusCode: "WaitingForELBConnectionDraining",
      description: `Terminating EC2 instance: ${ids(group)[0] ?? ""} - Waiting For ELB Connection Draining.`,
    });
    expect(await capacities(group, context, 60)).toBe("0");
    expect(context.launched.size + group.instances.size).toBe(0);
    expect(context.targetGroup("arn-1")?.targets.size).toBe(0);
    group.setDesiredCapacity(1);
    await context.run(1);
    expect(states(group)).toEqual(["InService"]);
    expect(history(group).slice(1)).toEqual([
      `Successful | ${terminating} | 5:00 a user request explicitly set group desired capacity changing the desired ` +
        `capacity from 1 to 0.  5:00 ${takenOut} a difference between desired and actual capacity, shrinking the ` +
        `capacity from 1 to 0.  5:00 ${selected}`,
      `Successful | ${launched} | 65:00 a user request explicitly set group desired capacity changing the desired ` +
        `capacity from 0 to 1.  65:00 ${started} 0 to 1.`,
    ]);
  });

  test("is rejected outside the limits", () => {
    const { group } = openGroup({ minSize: 1, maxSize: 3 });
    for (const outside of ["0 is below min value 1", "4 is above max value 3"]) {
      const message = `New SetDesiredCapacity value ${outside} for the AutoScalingGroup.`;
      const error = new AwsError("ValidationError", message);
      expect(() => group.setDesiredCapacity(parseInt(outside))).toThrow(error);
    }
    expect([group.desiredCapacity, group.activities.length]).toEqual([1, 1]);
  });

  test("to 0 during a launch terminates the instance before it serves", async () => {
    const { context, group } = await groupAfter(0.25);
    group.setDesiredCapacity(0);
    await context.run(0.5);
    expect(context.targetGroup("arn-1")?.targets.size).toBe(0);
    expect([context.launched.size, group.instances.size]).toEqual([0, 0]);
    expect(group.activities.map(({ statusCode }) => statusCode)).toEqual(["Successful", "Successful"]);
  });
});

describe("UpdateAutoScalingGroup", () => {
  test.each<[string, { minSize: number; maxSize: number }, number | undefined, number, string]>([
    ["a higher minimum", { minSize: 2, maxSize: 3 }, undefined, 2, "min: 2, max: 3, desired: 2"],
    ["a lower maximum", { minSize: 0, maxSize: 0 }, undefined, 0, "min: 0, max: 0, desired: 0"],
    ["a desired capacity", { minSize: 0, maxSize: 3 }, 2, 2, "min: 0, max: 3, desired: 2"],
  ])("changes the desired capacity for %s", async (_name, limits, desired, expected, text) => {
    const { context, group } = await groupAfter(10);
    group.configure({ ...fleetSettings, ...limits }, desired);
    await context.run(2);
    expect([group.desiredCapacity, group.instances.size]).toEqual([expected, expected]);
    expect(history(group)[1]).toContain(
      `10:00 a user request update of AutoScalingGroup constraints to ${text} changing the desired capacity from 1 to ${expected}.`,
    );
  });

  test("changes nothing if the new limits include the desired capacity", async () => {
    const { context, group } = await groupAfter(10);
    group.configure({ ...fleetSettings, maxSize: 1 });
    await context.run(2);
    expect([group.desiredCapacity, group.activities.length]).toEqual([1, 1]);
  });

  test("moves instances to new target groups", async () => {
    const { context, group } = await groupAfter(1);
    const first = context.targetGroups.get("arn-1");
    const second = new FakeTargetGroup(context.clock);
    context.targetGroups.set("arn-2", second);
    group.configure({ ...fleetSettings, targetGroupArns: ["arn-2"] });
    await context.run(1);
    expect([...(first?.targets.keys() ?? [])]).toEqual([]);
    expect([...second.targets.keys()]).toEqual(ids(group));
  });
});

describe("a failed launch", () => {
  test("is logged, and retried at growing intervals", async () => {
    const { context, group } = openGroup();
    context.failure = "The image id '[ami-1]' does not exist";
    await context.run(120);
    expect(group.activities.at(-1)).toMatchObject({
      statusCode: "Failed",
      description:
        "Launching a new EC2 instance.  Status Reason: The image id '[ami-1]' does not exist. Launching EC2 instance failed.",
      statusMessage: "The image id '[ami-1]' does not exist. Launching EC2 instance failed.",
      startTime: 0,
      endTime: 30_000,
    });
    const minutes = group.activities.map(({ startTime }) => Math.floor(startTime / 60_000)).reverse();
    expect(minutes).toEqual([0, 1, 4, 8, 17, 32, 48, 63, 79, 94, 110]);
    expect(group.instances.size).toBe(0);
    context.failure = undefined;
    await context.run(20);
    expect(states(group)).toEqual(["InService"]);
  });

  test.each<[string, (group: AutoScalingGroup) => void]>([
    ["an update", group => group.configure(fleetSettings)],
    ["a new desired capacity", group => group.setDesiredCapacity(2)],
  ])("is retried at once after %s", async (_name, change) => {
    const { context, group } = openGroup();
    context.failure = "no capacity";
    await context.run(30);
    context.failure = undefined;
    expect(group.instances.size).toBe(0);
    change(group);
    await context.run(1);
    expect(states(group)).toEqual(Array(group.desiredCapacity).fill("InService"));
  });

  test("restarts the back-off if another launch has succeeded since", async () => {
    const { context, group } = openGroup();
    context.failure = "no capacity";
    await context.run(10);
    context.failure = undefined;
    await context.run(10);
    context.failure = "no capacity";
    const before = group.activities.length;
    group.terminateInstance(ids(group)[0] ?? "", false);
    await context.run(2.5);
    // The termination, its failed replacement, and the retry a minute later.
    expect(group.activities.length - before).toBe(3);
  });

  test("doesn't prevent terminations", async () => {
    const { context, group } = await groupAfter(1);
    context.failure = "no capacity";
    group.setDesiredCapacity(2);
    await context.run(2);
    group.setDesiredCapacity(0);
    await context.run(1);
    expect([group.instances.size, context.launched.size]).toEqual([0, 0]);
  });
});

describe("an instance", () => {
  test("that fails the load balancer's check is replaced once its grace period is over", async () => {
    const { context, group } = await groupAfter(0.75);
    const [first = ""] = ids(group);
    const target = context.targetGroup("arn-1")?.targets.get(first);
    if (!target) throw new Error(`${first} is not registered`);
    target.state = "unhealthy";
    await context.run(0.6);
    expect(states(group)).toEqual(["InService"]);
    await context.run(2);
    expect(ids(group)).toHaveLength(1);
    expect(ids(group)).not.toContain(first);
    expect(history(group).slice(1)).toEqual([
      `Successful | ${terminating} | 1:30 ${takenOut} an ELB system health check failure.`,
      `Successful | ${launched} | 1:30 an instance was launched in response to an unhealthy instance needing to be replaced.`,
    ]);
  });

  test("that somebody terminated is replaced at the next check", async () => {
    const { context, group } = await groupAfter(10);
    const [first = ""] = ids(group);
    await context.terminate(first);
    context.clock.advance(10_000);
    expect(states(group)).toEqual(["Terminating", "Pending"]);
    await context.run(2);
    expect(ids(group)).toHaveLength(1);
    expect(ids(group)).not.toContain(first);
    expect(history(group)[1]).toContain("an EC2 health check indicating it has been terminated or stopped.");
  });

  test("that can't be terminated is logged as failed and leaves the group", async () => {
    const { context, group } = await groupAfter(1);
    context.terminate = () => Promise.reject(new Error("its disk is busy"));
    group.setDesiredCapacity(0);
    await context.run(1);
    expect(group.activities[0]).toMatchObject({ statusCode: "Failed", statusMessage: "its disk is busy" });
    expect(group.instances.size).toBe(0);
  });
});

describe("TerminateInstanceInAutoScalingGroup", () => {
  test("replaces the instance without a decrement", async () => {
    const { context, group } = await groupAfter(1);
    const [first = ""] = ids(group);
    const activity = group.terminateInstance(first, false);
    expect(activity).toBe(group.activities.find(({ description }) => description.includes(first)));
    expect(states(group)).toEqual(["Terminating", "Pending"]);
    await context.run(1);
    expect(history(group).slice(1)).toEqual([
      `Successful | ${terminating} | 1:00 instance i was taken out of service in response to a user request.`,
      `Successful | ${launched} | 1:00 ${started} 0 to 1.`,
    ]);
  });

  test("shrinks the group with a decrement", async () => {
    const { context, group } = await groupAfter(1, {}, 2);
    const [first = "", second] = ids(group);
    group.terminateInstance(first, true);
    await context.run(1);
    expect([group.desiredCapacity, ids(group)]).toEqual([1, [second]]);
    expect(history(group).at(-1)).toBe(
      `Successful | ${terminating} | 1:00 instance i was taken out of service in response to a user request, ` +
        "shrinking the capacity from 2 to 1.",
    );
  });

  test("rejects a decrement below the minimum", async () => {
    const { group } = await groupAfter(1, { minSize: 1 });
    const message =
      "Currently, desiredSize equals minSize (1). Terminating instance without replacement will violate group's min " +
      "size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.";
    const error = new AwsError("ValidationError", message);
    expect(() => group.terminateInstance(ids(group)[0] ?? "", true)).toThrow(error);
    expect([group.desiredCapacity, states(group)]).toEqual([1, ["InService"]]);
  });

  test("ignores unknown and terminating instances", async () => {
    const { group } = await groupAfter(1);
    const [first = ""] = ids(group);
    expect(group.terminateInstance("i-0", false)).toBeUndefined();
    expect(group.terminateInstance(first, false)).toBeDefined();
    expect(group.terminateInstance(first, true)).toBeUndefined();
    expect(group.desiredCapacity).toBe(1);
  });
});

describe("an instance refresh", () => {
  const preferences = { minHealthyPercentage: 100, maxHealthyPercentage: 200 };

  test("launches the new version first, and terminates the old instances once it is warm and healthy", async () => {
    const { context, group } = openGroup({}, 2);
    context.load = 100;
    await context.run(10);
    const old = ids(group);
    group.configure({ ...fleetSettings, launchTemplate: { id: "lt-1", version: 2 } });
    group.startInstanceRefresh(preferences);
    let fewest = Infinity;
    for (let step = 0; step < 66; step++) {
      await context.run(1 / 12);
      const inService = states(group).filter(state => state === "InService").length;
      fewest = Math.min(fewest, inService);
      if (step < 65)
        expect(old.every(id => group.instances.get(id)?.lifecycleState === "InService")).toBe(true);
    }
    await context.run(1);
    expect(fewest).toBe(2);
    const versions = instancesOf(group).map(({ launchTemplateVersion }) => launchTemplateVersion);
    expect(versions).toEqual([2, 2]);
    const launch = `Successful | ${launched} | 10:00 an instance was launched in response to an instance refresh.`;
    const end = `Successful | ${terminating} | 15:30 ${takenOut} an instance refresh.  15:30 ${selected}`;
    expect(history(group).slice(2)).toEqual([launch, launch, end, end]);
    expect(context.reports.filter(report => report.includes(": instance refresh"))).toEqual([
      "fleet: instance refresh started",
      "fleet: instance refresh succeeded",
    ]);
    await context.run(120);
    expect(group.activities).toHaveLength(6);
  });

  test("keeps old instances while new ones can't be launched", async () => {
    const { context, group } = await groupAfter(10);
    const old = ids(group);
    context.failure = "no capacity";
    group.startInstanceRefresh(preferences);
    await context.run(60);
    expect(ids(group)).toEqual(old);
  });

  test("is superseded by the next one, which also replaces the instances it launched", async () => {
    const { context, group } = await groupAfter(10);
    group.startInstanceRefresh(preferences);
    await context.run(1);
    const both = ids(group);
    expect(both).toHaveLength(2);
    group.startInstanceRefresh(preferences);
    await context.run(10);
    expect(ids(group)).toHaveLength(1);
    expect(both).not.toContain(ids(group)[0]);
  });
});

describe("until", () => {
  test("resolves as soon as the condition holds", async () => {
    const { context, group } = openGroup();
    let isResolved = false;
    const isHealthy = (each: AutoScalingGroup) =>
      instancesOf(each).some(({ targetHealth }) => targetHealth === "healthy");
    const healthy = group.until(isHealthy).then(() => (isResolved = true));
    await context.run(0.5);
    expect(isResolved).toBe(false);
    await context.run(0.5);
    expect(isResolved).toBe(true);
    await healthy;
  });

  test("rejects with the condition's error, and when the group closes", async () => {
    const { context, group } = openGroup();
    context.failure = "no capacity";
    const failing = group.until(({ activities: [latest] }) => {
      if (latest?.statusCode === "Failed") throw new Error(latest.statusMessage);
      return false;
    });
    const waiting = group.until(() => false);
    const failure = "no capacity. Launching EC2 instance failed.";
    await Promise.all([expect(failing).rejects.toThrow(failure), context.run(1)]);
    await Promise.all([expect(waiting).rejects.toThrow("aborted"), group.close()]);
    const deleted = "the Auto Scaling group fleet-1234567 has been deleted";
    await expect(group.until(() => true)).rejects.toThrow(deleted);
  });
});

describe("a group's first instance", () => {
  test("is ready once in service", async () => {
    const { context, group } = openGroup();
    expect(hasFirstInstance(group)).toBe(false);
    const first = group.until(hasFirstInstance);
    await context.run(0.5);
    await first;
    expect(states(group)).toEqual(["InService"]);
  });

  test("isn't needed if the desired capacity is 0", () => {
    expect(hasFirstInstance(openGroup({}, 0).group)).toBe(true);
  });

  test("that can't be launched is an error", async () => {
    const { context, group } = openGroup();
    context.failure = "no capacity";
    const first = expect(group.until(hasFirstInstance)).rejects.toThrow(
      "the Auto Scaling group fleet: Launching a new EC2 instance.  Status Reason: no capacity. Launching EC2 instance failed.",
    );
    await context.run(0.5);
    await first;
  });
});

describe("a group that closes leaves nothing behind", () => {
  const expectEmpty = ({ launched: instances, targetGroups }: FakeGroupContext, group: AutoScalingGroup) => {
    expect([instances.size, group.instances.size]).toEqual([0, 0]);
    for (const { targets } of targetGroups.values())
      for (const { state } of targets.values()) expect(state).toBe("draining");
  };

  test("while in service", async () => {
    const { context, group } = await groupAfter(3, {}, 2);
    const meters = [...context.launched.values()];
    expect(meters.map(({ meters: count }) => count)).toEqual([1, 1]);
    await group.close();
    expectEmpty(context, group);
    expect(meters.map(({ meters: count }) => count)).toEqual([0, 0]);
    await context.run(1);
    expect(context.clock.pending).toBe(0);
  });

  test.each([
    ["copying a disk", 1 / 12],
    ["booting", 1 / 4],
  ])("while %s", async (_name, minutes) => {
    const { context, group } = await groupAfter(minutes);
    let isClosed = false;
    const closing = group.close().then(() => (isClosed = true));
    await settled();
    // The region must not close under a launch in progress.
    expect(isClosed).toBe(false);
    await context.run(0.5);
    await closing;
    expectEmpty(context, group);
    expect(context.targetGroup("arn-1")?.targets.size).toBe(0);
    expect(context.clock.pending).toBe(0);
  });

  test("while draining, without waiting for that", async () => {
    const { context, group } = await groupAfter(1);
    group.setDesiredCapacity(0);
    await group.close();
    expectEmpty(context, group);
    await settled();
    expect(group.activities[0]).toMatchObject({ statusCode: "Successful" });
    expect(group.activities).toHaveLength(2);
  });
});
