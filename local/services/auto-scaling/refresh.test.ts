import fc from "fast-check";
import type { GroupInstance } from "./instance";
import { planRefresh, type Refresh } from "./refresh";

const now = 3_600_000;

const instance = (instanceId: string, fields: Partial<GroupInstance> = {}): GroupInstance => ({
  instanceId,
  subnetId: "subnet-1",
  availabilityZone: "us-east-1a",
  launchTemplateId: "lt-1",
  launchTemplateVersion: 1,
  lifecycleState: "InService",
  launchedAt: 0,
  inServiceAt: 0,
  targetHealth: "healthy",
  ...fields,
});

const pending = { lifecycleState: "Pending", inServiceAt: undefined, targetHealth: undefined } as const;
const warming = { inServiceAt: now - 299_999 } as const;
const warm = { inServiceAt: now - 300_000 } as const;
const unhealthy = { targetHealth: "unhealthy" } as const;

const old = (...fields: Partial<GroupInstance>[]) => fields.map((some, i) => instance(`old-${i}`, some));
const fresh = (...fields: Partial<GroupInstance>[]) => fields.map((some, i) => instance(`new-${i}`, some));

const replaces = new Set(Array.from({ length: 10 }, (_, i) => `old-${i}`));
const healthChecks = {
  healthCheckType: "ELB",
  healthCheckGracePeriodSeconds: 60,
  warmupSeconds: 300,
} as const;

function rolled(desiredCapacity: number, instances: GroupInstance[], percentages: Partial<Refresh> = {}) {
  const refresh = { replaces, minHealthyPercentage: 100, maxHealthyPercentage: 200, ...percentages };
  const { launch, outdated, excess } = planRefresh(
    instances,
    { ...healthChecks, desiredCapacity, refresh },
    now,
  );
  return [launch, outdated.map(({ instanceId }) => instanceId), excess.map(({ instanceId }) => instanceId)];
}

describe("with 100 % and 200 %", () => {
  test.each<[string, number, GroupInstance[], number, string[], string[]]>([
    ["launches a replacement for each", 2, old({}, {}), 2, [], []],
    ["waits while they boot", 2, [...old({}, {}), ...fresh(pending, pending)], 0, [], []],
    ["waits for their warm-up", 1, [...old({}), ...fresh(warming)], 0, [], []],
    ["waits for their health", 1, [...old({}), ...fresh({ targetHealth: "initial" })], 0, [], []],
    [
      "terminates an old instance for each that is ready",
      2,
      [...old({}, {}), ...fresh(warm, warming)],
      0,
      ["old-0"],
      [],
    ],
    [
      "terminates all once all replacements are ready",
      2,
      [...old({}, {}), ...fresh(warm, warm)],
      0,
      ["old-0", "old-1"],
      [],
    ],
    ["then has nothing left to do", 2, fresh(warm, warm), 0, [], []],
    [
      "terminates an unhealthy old instance at once",
      2,
      [...old({}, unhealthy), ...fresh(pending)],
      1,
      ["old-1"],
      [],
    ],
    ["terminates a pending old instance at once", 1, old(pending), 1, ["old-0"], []],
    ["launches for a desired capacity that has grown", 3, [...old({}), ...fresh(warming)], 2, [], []],
    ["never exceeds 200 %", 1, [...old({}, {}), ...fresh(pending)], 0, ["old-0"], []],
    ["terminates excess new instances", 1, [...old({}), ...fresh(warm, warm)], 0, ["old-0"], ["new-0"]],
    ["terminates all if the desired capacity is 0", 0, [...old({}), ...fresh(warm)], 0, ["old-0"], ["new-0"]],
  ])("it %s", (_name, desired, instances, launch, outdated, excess) => {
    expect(rolled(desired, instances)).toEqual([launch, outdated, excess]);
  });
});

test.each<[number, number, number, number, number]>([
  // desired, minimum, maximum: initially launched and terminated
  [4, 50, 100, 0, 2],
  [4, 75, 125, 1, 1],
  [3, 90, 110, 1, 0],
  [1, 100, 110, 1, 0],
  [4, 100, 100, 1, 0],
  [4, 0, 100, 0, 4],
])("of %i with %i % and %i %, it launches %i and terminates %i", (desired, min, max, launch, terminated) => {
  const instances = old(...Array<object>(desired).fill({}));
  const first = rolled(desired, instances, { minHealthyPercentage: min, maxHealthyPercentage: max });
  expect([first[0], (first[1] as string[]).length]).toEqual([launch, terminated]);
});

test("without load balancer checks, a warm instance is ready", () => {
  const instances = [...old({}), ...fresh({ ...warm, targetHealth: undefined })];
  const refresh = { replaces, minHealthyPercentage: 100, maxHealthyPercentage: 200 };
  const group = { ...healthChecks, healthCheckType: "EC2", desiredCapacity: 1, refresh } as const;
  expect(planRefresh(instances, group, now).outdated).toHaveLength(1);
});

test("whatever the percentages, a refresh completes and stays within its bounds", () => {
  const percentages = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 100, max: 200 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), percentages, (desired, [min, max]) => {
      let instances = old(...Array<object>(desired).fill({}));
      let launched = 0;
      for (let round = 0; instances.some(({ instanceId }) => replaces.has(instanceId)); round++) {
        expect(round).toBeLessThan(3 * desired);
        const refresh = { replaces, minHealthyPercentage: min, maxHealthyPercentage: max };
        const { launch, outdated } = planRefresh(
          instances,
          { ...healthChecks, desiredCapacity: desired, refresh },
          now,
        );
        instances = instances.filter(one => !outdated.includes(one));
        expect(instances.length).toBeGreaterThanOrEqual(Math.ceil((desired * min) / 100));
        for (let i = 0; i < launch; i++) instances.push(instance(`new-${launched++}`, warm));
        expect(instances.length).toBeLessThanOrEqual(
          Math.max(Math.floor((desired * max) / 100), desired + 1),
        );
      }
      expect(launched).toBeLessThanOrEqual(desired);
    }),
  );
});
