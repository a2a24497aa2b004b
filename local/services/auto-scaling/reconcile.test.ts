import fc from "fast-check";
import type { GroupInstance } from "./instance";
import { reconcile, type Group } from "./reconcile";

const now = 10 * 3_600_000;
const minutes = (count: number) => count * 60_000;

const subnets = [
  { subnetId: "subnet-a", availabilityZone: "us-east-1a" },
  { subnetId: "subnet-b", availabilityZone: "us-east-1b" },
];

function instance(instanceId: string, zone: "a" | "b", fields: Partial<GroupInstance> = {}): GroupInstance {
  return {
    instanceId,
    subnetId: `subnet-${zone}`,
    availabilityZone: `us-east-1${zone}`,
    launchTemplateId: "lt-1",
    launchTemplateVersion: 1,
    lifecycleState: "InService",
    launchedAt: now - minutes(30),
    inServiceAt: now - minutes(29),
    targetHealth: "healthy",
    ...fields,
  };
}

/** Instances i-1, i-2 and so on, each as its zone and what is special about it: `of("a", ["b", pending])`. */
const of = (...all: ("a" | "b" | ["a" | "b", Partial<GroupInstance>])[]) =>
  all.map((each, index) =>
    instance(`i-${index + 1}`, each[0] as "a" | "b", typeof each === "string" ? {} : each[1]),
  );

const group = (desiredCapacity: number, instances: GroupInstance[]): Group => ({
  desiredCapacity,
  warmupSeconds: 300,
  healthCheckType: "ELB",
  healthCheckGracePeriodSeconds: 60,
  subnets,
  instances,
});

const launched = (desired: number, instances: GroupInstance[]) =>
  reconcile(group(desired, instances), now).launch.map(({ subnetId }) => subnetId);
const terminated = (desired: number, instances: GroupInstance[]) =>
  reconcile(group(desired, instances), now).terminate.map(({ instanceId }) => instanceId);

const pending = { lifecycleState: "Pending", inServiceAt: undefined, targetHealth: undefined } as const;
const terminating = { lifecycleState: "Terminating", targetHealth: "draining" } as const;
const unhealthy = { targetHealth: "unhealthy" } as const;

test("a group at its desired capacity is left alone", () => {
  for (const instances of [[], of("a"), of("a", ["b", pending])])
    expect(reconcile(group(instances.length, instances), now)).toEqual({ terminate: [], launch: [] });
});

describe("missing capacity is launched", () => {
  test("with the difference as the cause of every launch", () => {
    const causes = [{ kind: "shortage", from: 1, to: 3 }];
    expect(reconcile(group(3, of("a")), now)).toEqual({
      terminate: [],
      launch: [
        { subnetId: "subnet-b", causes },
        { subnetId: "subnet-a", causes },
      ],
    });
  });

  test.each<[string, number, GroupInstance[], string[]]>([
    ["the first subnet if the group is empty", 1, [], ["subnet-a"]],
    ["alternating zones", 3, [], ["subnet-a", "subnet-b", "subnet-a"]],
    ["the zone with the fewest instances", 2, of("a"), ["subnet-b"]],
    ["the zone with the fewest, counting pending instances", 2, of(["b", pending]), ["subnet-a"]],
    [
      "the zone with the fewest, not counting terminating instances",
      2,
      of("b", ["a", terminating]),
      ["subnet-a"],
    ],
  ])("into %s", (_name, desired, instances, expected) => {
    expect(launched(desired, instances)).toEqual(expected);
  });

  test("into the first of two subnets in one zone", () => {
    const twins = [...subnets, { subnetId: "subnet-b2", availabilityZone: "us-east-1b" }];
    expect(reconcile({ ...group(2, of("a")), subnets: twins }, now).launch).toMatchObject([
      { subnetId: "subnet-b" },
    ]);
  });

  test("unless there is no subnet", () => {
    expect(() => reconcile({ ...group(1, []), subnets: [] }, now)).toThrow(
      "an Auto Scaling group needs a subnet to launch into",
    );
  });
});

describe("excess capacity is terminated", () => {
  test("with the difference and all selected instances as causes", () => {
    const causes = [
      { kind: "excess", from: 2, to: 0 },
      { kind: "selected", instanceId: "i-1" },
      { kind: "selected", instanceId: "i-2" },
    ];
    expect(reconcile(group(0, of("a", "b")), now)).toEqual({
      terminate: [
        { instanceId: "i-1", causes },
        { instanceId: "i-2", causes },
      ],
      launch: [],
    });
  });

  const old = { launchTemplateVersion: 1 };
  const current = { launchTemplateVersion: 2 };

  test.each<[string, number, GroupInstance[], string[]]>([
    ["in the zone with the most instances", 2, of("b", "a", "a"), ["i-2"]],
    ["by zone before launch template version", 2, of(["b", old], ["a", current], ["a", current]), ["i-2"]],
    ["oldest version first", 1, of(["a", current], ["b", old]), ["i-2"]],
    [
      "by version before billing hour",
      1,
      of(
        ["a", { ...current, launchedAt: now - minutes(59) }],
        ["b", { ...old, launchedAt: now - minutes(1) }],
      ),
      ["i-2"],
    ],
    [
      "closest to the next billing hour first, not oldest first",
      1,
      of(["a", { launchedAt: now - minutes(61) }], ["b", { launchedAt: now - minutes(50) }]),
      ["i-2"],
    ],
    ["first listed in a tie", 1, of("a", "b"), ["i-1"]],
    ["keeping zones balanced over several terminations", 1, of("a", "a", "b"), ["i-1", "i-2"]],
    ["including pending instances", 0, of(["a", pending]), ["i-1"]],
    ["but not if it is already terminating", 1, of(["a", terminating], "a"), []],
  ])("%s", (_name, desired, instances, expected) => {
    expect(terminated(desired, instances)).toEqual(expected);
  });
});

describe("an unhealthy instance is replaced", () => {
  test("by terminating it and launching another at once, each with its own cause", () => {
    expect(reconcile(group(2, of(["a", unhealthy], "b")), now)).toEqual({
      terminate: [
        {
          instanceId: "i-1",
          causes: [{ kind: "unhealthy", check: "ELB" }],
        },
      ],
      launch: [
        {
          subnetId: "subnet-a",
          causes: [{ kind: "replacement" }],
        },
      ],
    });
  });

  test("but not within its grace period", () => {
    expect(terminated(1, of(["a", { ...unhealthy, inServiceAt: now - 59_999 }]))).toEqual([]);
    expect(terminated(1, of(["a", { ...unhealthy, inServiceAt: now - 60_000 }]))).toEqual(["i-1"]);
  });

  test("one at a time, in order", () => {
    expect(terminated(2, of(["a", unhealthy], ["b", unhealthy]))).toEqual(["i-1"]);
  });

  test.each<[string, GroupInstance]>([
    ["pending", instance("i-2", "b", pending)],
    ["warming up", instance("i-2", "b", { inServiceAt: now - 299_999 })],
  ])("but not while another one is %s", (_name, other) => {
    expect(terminated(2, [instance("i-1", "a", unhealthy), other])).toEqual([]);
  });

  test("even if it is warming up itself", () => {
    expect(terminated(1, of(["a", { ...unhealthy, inServiceAt: now - minutes(2) }]))).toEqual(["i-1"]);
  });

  test("at once, with all others, if EC2 no longer runs it", () => {
    const stopped = { stopped: true, inServiceAt: now } as const;
    const instances = of(["a", stopped], ["b", stopped], ["b", pending]);
    const plan = reconcile(group(3, instances), now);
    expect(plan.terminate.map(({ instanceId }) => instanceId)).toEqual(["i-1", "i-2"]);
    expect(plan.terminate[0]?.causes).toEqual([{ kind: "unhealthy", check: "EC2" }]);
    expect(plan.launch.map(({ subnetId }) => subnetId)).toEqual(["subnet-a", "subnet-a"]);
  });

  test("without a launch if the group shrinks, with an extra launch if it grows", () => {
    const instances = of(["a", unhealthy], "b");
    expect(reconcile(group(1, instances), now)).toMatchObject({
      terminate: [{ instanceId: "i-1" }],
      launch: [],
    });
    expect(reconcile(group(3, instances), now).launch.map(({ causes }) => causes)).toEqual([
      [{ kind: "replacement" }],
      [{ kind: "shortage", from: 2, to: 3 }],
    ]);
  });
});

describe("whatever the instances", () => {
  const anyInstance = fc.record({
    zone: fc.constantFrom("a" as const, "b" as const),
    fields: fc.constantFrom<Partial<GroupInstance>>({}, pending, terminating, unhealthy, { stopped: true }),
    launchTemplateVersion: fc.integer({ min: 1, max: 3 }),
    launchedAt: fc.integer({ min: 0, max: now }),
  });
  const anyGroup = fc.tuple(fc.nat(8), fc.array(anyInstance, { maxLength: 8 })).map(([desired, all]) =>
    group(
      desired,
      all.map(({ zone, fields, ...rest }, index) => instance(`i-${index}`, zone, { ...rest, ...fields })),
    ),
  );

  /** The instances after carrying out the plan. */
  const afterPlan = (before: Group): GroupInstance[] => {
    const { terminate, launch } = reconcile(before, now);
    return [
      ...before.instances.map(one =>
        terminate.some(({ instanceId }) => instanceId === one.instanceId) ? { ...one, ...terminating } : one,
      ),
      ...launch.map(({ subnetId }, index) =>
        instance(`i-new-${index}`, subnetId === "subnet-a" ? "a" : "b", pending),
      ),
    ];
  };
  const staying = (all: GroupInstance[]) =>
    all.filter(({ lifecycleState }) => lifecycleState !== "Terminating");

  test("one plan reaches the desired capacity, and the next one keeps it", () => {
    fc.assert(
      fc.property(anyGroup, before => {
        const all = afterPlan(before);
        expect(staying(all)).toHaveLength(before.desiredCapacity);
        expect(staying(afterPlan({ ...before, instances: all }))).toHaveLength(before.desiredCapacity);
      }),
    );
  });

  test("nothing is terminated twice, and no plan both shrinks and launches", () => {
    fc.assert(
      fc.property(anyGroup, before => {
        const { terminate, launch } = reconcile(before, now);
        const ids = terminate.map(({ instanceId }) => instanceId);
        expect(new Set(ids).size).toBe(ids.length);
        const shrinks = terminate.some(({ causes }) => causes.length > 1);
        expect(shrinks && launch.length > 0).toBe(false);
        for (const id of ids)
          expect(before.instances.find(({ instanceId }) => instanceId === id)?.lifecycleState).not.toBe(
            "Terminating",
          );
      }),
    );
  });

  test("a group stays spread over its zones when it grows or shrinks", () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), (from, to) => {
        const all = afterPlan({ ...group(to, []), instances: afterPlan(group(from, [])) });
        const inA = staying(all).filter(({ availabilityZone }) => availabilityZone === "us-east-1a").length;
        expect(Math.abs(2 * inA - to)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
