import fc from "fast-check";
import { groupInstance as instance, pending, unhealthy } from "../../../testing/group-instance";
import type { GroupInstance } from "./instance";
import { planRefresh } from "./refresh";

const now = 3_600_000;

const warming = { inServiceAt: now - 299_999 } as const;
const warm = { inServiceAt: now - 300_000 } as const;

const old = (...fields: Partial<GroupInstance>[]) => fields.map((some, i) => instance(`old-${i}`, some));
const fresh = (...fields: Partial<GroupInstance>[]) => fields.map((some, i) => instance(`new-${i}`, some));

const replaces = new Set(Array.from({ length: 10 }, (_, i) => `old-${i}`));
const settings = { healthCheckType: "ELB", healthCheckGracePeriodSeconds: 60, warmupSeconds: 300 } as const;

function plan(
  desiredCapacity: number,
  instances: GroupInstance[],
  [minHealthyPercentage, maxHealthyPercentage] = [100, 200],
  healthCheckType: "ELB" | "EC2" = "ELB",
) {
  const refresh = { replaces, minHealthyPercentage, maxHealthyPercentage };
  return planRefresh(instances, { ...settings, healthCheckType, desiredCapacity, refresh }, now);
}
const idsOf = (instances: GroupInstance[]) => instances.map(({ instanceId }) => instanceId);

describe("with 100 % and 200 %", () => {
  test.each<[string, number, GroupInstance[], number, string[], string[]]>([
    ["launches a replacement for each", 2, old({}, {}), 2, [], []],
    ["waits while they boot", 2, [...old({}, {}), ...fresh(pending, pending)], 0, [], []],
    ["waits for their warm-up", 1, [...old({}), ...fresh(warming)], 0, [], []],
    ["waits for their health", 1, [...old({}), ...fresh({ targetHealth: "initial" })], 0, [], []],
    [
      "terminates an old one for each that is ready",
      2,
      [...old({}, {}), ...fresh(warm, warming)],
      0,
      ["old-0"],
      [],
    ],
    [
      "terminates all once all are ready",
      2,
      [...old({}, {}), ...fresh(warm, warm)],
      0,
      ["old-0", "old-1"],
      [],
    ],
    ["then has nothing left to do", 2, fresh(warm, warm), 0, [], []],
    [
      "terminates an unhealthy old one at once",
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
    const planned = plan(desired, instances);
    expect([planned.launch, idsOf(planned.outdated), idsOf(planned.excess)]).toEqual([
      launch,
      outdated,
      excess,
    ]);
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
  const first = plan(desired, instances, [min, max]);
  expect([first.launch, first.outdated.length]).toEqual([launch, terminated]);
});

test("without load balancer checks, a warm instance is ready", () => {
  const instances = [...old({}), ...fresh({ ...warm, targetHealth: undefined })];
  expect(plan(1, instances, undefined, "EC2").outdated).toHaveLength(1);
});

test("whatever the percentages, a refresh completes and stays within its bounds", () => {
  const percentages = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 100, max: 200 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), percentages, (desired, [min, max]) => {
      let instances = old(...Array<object>(desired).fill({}));
      let launched = 0;
      for (let round = 0; instances.some(({ instanceId }) => replaces.has(instanceId)); round++) {
        expect(round).toBeLessThan(3 * desired);
        const { launch, outdated } = plan(desired, instances, [min, max]);
        instances = instances.filter(one => !outdated.includes(one));
        expect(instances.length).toBeGreaterThanOrEqual(Math.ceil((desired * min) / 100));
        for (let i = 0; i < launch; i++) instances.push(instance(`new-${launched++}`, warm));
        const most = Math.max(Math.floor((desired * max) / 100), desired + 1);
        expect(instances.length).toBeLessThanOrEqual(most);
      }
      expect(launched).toBeLessThanOrEqual(desired);
    }),
  );
});
