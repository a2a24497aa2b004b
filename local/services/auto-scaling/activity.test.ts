import { alarmName, causeText, description, inShort } from "./activity";

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

/** An alarm's cause. */
const alarm = (kind: "AlarmHigh" | "AlarmLow", id: string, from: number, to: number) =>
  ({ kind: "alarm", alarm: alarmName("my-asg", kind, id), policy: "cpu-target-tracking", from, to }) as const;
const terminated = { kind: "userTerminated", instanceId: "i-026e4c9f62c3e448c" } as const;

test.each<[string, Parameters<typeof causeText>[0], string]>([
  [
    "a launch when the group is created",
    [
      { at: at("20:53:25.000"), cause: { kind: "groupCreated", desired: 1 } },
      { at: at("20:53:29.930"), cause: { kind: "shortage", from: 0, to: 1 } },
    ],
    "At 2026-11-22T20:53:25Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 1.  " +
      "At 2026-11-22T20:53:29Z an instance was started in response to a difference between desired and actual " +
      "capacity, increasing the capacity from 0 to 1.",
  ],
  [
    "a scale-out",
    [
      { at: at("18:26:06.123"), cause: alarm("AlarmHigh", "409e8972", 1, 2) },
      { at: at("18:26:21.999"), cause: { kind: "shortage", from: 1, to: 2 } },
    ],
    "At 2026-11-22T18:26:06Z a monitor alarm TargetTracking-my-asg-AlarmHigh-409e8972 in state ALARM triggered " +
      "policy cpu-target-tracking changing the desired capacity from 1 to 2.  At 2026-11-22T18:26:21Z an instance " +
      "was started in response to a difference between desired and actual capacity, increasing the capacity from 1 to 2.",
  ],
  [
    "a scale-in",
    [
      { at: at("18:34:10.000"), cause: alarm("AlarmLow", "b9376cab", 3, 2) },
      { at: at("18:34:31.268"), cause: { kind: "excess", from: 3, to: 2 } },
      { at: at("18:34:31.268"), cause: { kind: "selected", instanceId: "i-06c4794c2499af1df" } },
    ],
    "At 2026-11-22T18:34:10Z a monitor alarm TargetTracking-my-asg-AlarmLow-b9376cab in state ALARM triggered " +
      "policy cpu-target-tracking changing the desired capacity from 3 to 2.  At 2026-11-22T18:34:31Z an instance " +
      "was taken out of service in response to a difference between desired and actual capacity, shrinking the " +
      "capacity from 3 to 2.  At 2026-11-22T18:34:31Z instance i-06c4794c2499af1df was selected for termination.",
  ],
  [
    "SetDesiredCapacity",
    [{ at: at("10:35:05.000"), cause: { kind: "desiredCapacitySet", from: 1, to: 0 } }],
    "At 2026-11-22T10:35:05Z a user request explicitly set group desired capacity changing the desired capacity " +
      "from 1 to 0.",
  ],
  [
    "an updated group",
    [{ at: at("09:21:34.000"), cause: { kind: "groupUpdated", from: 1, min: 1, max: 3, desired: 2 } }],
    "At 2026-11-22T09:21:34Z a user request update of AutoScalingGroup constraints to min: 1, max: 3, desired: 2 " +
      "changing the desired capacity from 1 to 2.",
  ],
  [
    "TerminateInstanceInAutoScalingGroup",
    [{ at: at("20:22:57.536"), cause: { kind: "userTerminated", instanceId: "i-07a5806dcc427bd75" } }],
    "At 2026-11-22T20:22:57Z instance i-07a5806dcc427bd75 was taken out of service in response to a user request.",
  ],
  [
    "the same with a decrement",
    [{ at: at("06:39:59.000"), cause: { ...terminated, shrinking: { from: 1, to: 0 } } }],
    "At 2026-11-22T06:39:59Z instance i-026e4c9f62c3e448c was taken out of service in response to a user request, " +
      "shrinking the capacity from 1 to 0.",
  ],
  [
    "a failed load balancer check",
    [{ at: at("19:00:11.000"), cause: { kind: "unhealthy", check: "ELB" } }],
    "At 2026-11-22T19:00:11Z an instance was taken out of service in response to an ELB system health check failure.",
  ],
  [
    "an instance that somebody terminated",
    [{ at: at("12:20:08.000"), cause: { kind: "unhealthy", check: "EC2" } }],
    "At 2026-11-22T12:20:08Z an instance was taken out of service in response to an EC2 health check indicating it " +
      "has been terminated or stopped.",
  ],
  [
    "a replacement",
    [{ at: at("12:20:10.000"), cause: { kind: "replacement" } }],
    "At 2026-11-22T12:20:10Z an instance was launched in response to an unhealthy instance needing to be replaced.",
  ],
])("the cause of %s reads as on AWS", (_name, causes, text) => {
  expect(causeText(causes, time => new Date(time))).toBe(text);
});

test("descriptions name the instance", () => {
  expect([description.launch("i-1"), description.termination("i-1"), description.draining("i-1")]).toEqual([
    "Launching a new EC2 instance: i-1",
    "Terminating EC2 instance: i-1",
    "Terminating EC2 instance: i-1 - Waiting For ELB Connection Draining.",
  ]);
});

test("in short, a target tracking alarm goes by its side, and any other cause by its sentence", () => {
  expect(inShort(alarm("AlarmHigh", "409e8972-2f5c", 1, 2))).toBe(
    "a monitor alarm AlarmHigh in state ALARM triggered policy cpu-target-tracking changing the desired capacity " +
      "from 1 to 2",
  );
  expect(inShort({ kind: "refreshLaunch" })).toBe(
    "an instance was launched in response to an instance refresh",
  );
});
