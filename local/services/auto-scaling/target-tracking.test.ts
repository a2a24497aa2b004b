/**
 * Tables of cases, and groups simulated minute by minute. Not proven: that AWS does the same where it documents nothing,
 * and that a group is stable under a load that varies around the target; on AWS it isn't.
 */
import fc from "fast-check";
import type { Warming } from "./instance";
import { track, trackedMinutes, type TrackedGroup } from "./target-tracking";

const target = 50;
const now = 3_600_000;
const warmupSeconds = 300;

const warm: Warming = { lifecycleState: "InService", inServiceAt: 0 };
const warming: Warming = { lifecycleState: "InService", inServiceAt: now - 299_999 };
const pending: Warming = { lifecycleState: "Pending" };
const terminating: Warming = { lifecycleState: "Terminating", inServiceAt: 0 };
const times = <T>(count: number, item: T) => Array<T>(count).fill(item);

const group = (instances: Warming[], settings: Partial<TrackedGroup> = {}): TrackedGroup => ({
  minSize: 0,
  maxSize: 10,
  desiredCapacity: instances.filter(({ lifecycleState }) => lifecycleState !== "Terminating").length,
  warmupSeconds,
  ...settings,
  instances,
});

/** The desired capacity after one evaluation. */
function after(points: (number | undefined)[], tracked: TrackedGroup): number {
  return track(points, target, tracked, now).change?.to ?? tracked.desiredCapacity;
}

const quiet = (value: number) => times(15, value);

describe("scale-out", () => {
  test("returns the alarm states, and the change with its alarm", () => {
    const change = { alarm: "AlarmHigh", from: 1, to: 2 };
    expect(track([90, 90, 90], target, group([warm]), now)).toEqual({ high: "ALARM", low: "OK", change });
  });

  test.each<[string, (number | undefined)[], Warming[], number]>([
    ["two minutes above the target", [90, 90], [warm], 1],
    ["three minutes above the target", [90, 90, 90], [warm], 2],
    ["three with one at the target in between", [90, 50, 90], [warm], 1],
    ["three with one missing in between", [90, 90, undefined, 90], [warm], 2],
    ["three at the target", [50, 50, 50], [warm], 1],
    ["three just above it", [50.1, 50.1, 50.1], [warm], 2],
    ["the latest minute decides how far: a little", [100, 100, 51], times(2, warm), 3],
    ["the latest minute decides how far: a lot", [51, 51, 100], times(2, warm), 4],
    ["rounds up", [60, 60, 60], times(4, warm), 5],
    ["rounds up from a little over", [50.5, 50.5, 50.5], times(4, warm), 5],
    ["tolerates floating-point error", times(3, 400 / 7), times(7, warm), 8],
    ["doubles at most, at 100 %", [100, 100, 100], times(3, warm), 6],
  ])("%s", (_name, points, instances, desired) => {
    expect(after(points, group(instances))).toBe(desired);
  });

  test("never exceeds the maximum, and never shrinks to it", () => {
    expect(after([100, 100, 100], group(times(2, warm), { maxSize: 3 }))).toBe(3);
    expect(after([100, 100, 100], group(times(3, warm), { maxSize: 3 }))).toBe(3);
    expect(after([100, 100, 100], group(times(4, warm), { maxSize: 3 }))).toBe(4);
  });

  test.each<[string, Warming[], number]>([
    ["a pending instance already covers the load", [warm, pending], 2],
    ["a warming instance already covers the load", [warm, warming], 2],
    ["more load than warming instances can cover scales out further", [warm, warm, warming], 4],
    ["a group without warm instances stays as it is", [warming], 1],
    ["a terminating instance is no capacity", [warm, terminating], 2],
  ])("in a changing group: %s", (_name, instances, desired) => {
    expect(after([100, 100, 100], group(instances))).toBe(desired);
  });

  test("counts an instance as soon as it is warm", () => {
    const instance: Warming = { lifecycleState: "InService", inServiceAt: now - 300_000 };
    expect(after([100, 100, 100], group([instance]))).toBe(2);
  });
});

describe("scale-in", () => {
  test("returns the alarm states, and the change with its alarm", () => {
    const change = { alarm: "AlarmLow", from: 2, to: 1 };
    const tracked = track(quiet(10), target, group(times(2, warm)), now);
    expect(tracked).toEqual({ high: "OK", low: "ALARM", change });
  });

  test.each<[string, (number | undefined)[], Warming[], number]>([
    ["14 minutes below 70 % of the target", times(14, 1), times(2, warm), 2],
    ["15 minutes below 70 % of the target", quiet(1), times(2, warm), 1],
    ["15 minutes at 70 % of the target", quiet(35), times(10, warm), 10],
    ["15 minutes just below it", quiet(34.9), times(10, warm), 9],
    ["15 minutes, the first of them above", [36, ...times(14, 1)], times(2, warm), 2],
    ["15 minutes, the latest of them above", [...times(14, 1), 36], times(2, warm), 2],
    ["15 minutes with one missing in between", [1, undefined, ...times(14, 1)], times(2, warm), 1],
    ["one instance a minute, though none is needed", quiet(1), times(8, warm), 7],
    ["none if the rest would be above the target", quiet(30), times(2, warm), 2],
    ["the last instance stays while it has any load", quiet(0.1), [warm], 1],
    ["a metric of exactly 0 needs no instance", quiet(0), [warm], 0],
  ])("%s", (_name, points, instances, desired) => {
    expect(after(points, group(instances))).toBe(desired);
  });

  test("never goes below the minimum, and never grows to it", () => {
    expect(after(quiet(1), group(times(3, warm), { minSize: 2 }))).toBe(2);
    expect(after(quiet(1), group(times(2, warm), { minSize: 2 }))).toBe(2);
    expect(after(quiet(1), group(times(2, warm), { minSize: 3 }))).toBe(2);
  });

  test.each<[string, Warming[], number, number]>([
    ["waits for a warming instance", [warm, warm, warming], 3, 3],
    ["waits for a pending instance", [warm, warm, pending], 3, 3],
    ["waits for a missing instance", [warm, warm], 3, 3],
    ["keeps the only instance while it is being replaced", [terminating], 1, 1],
    ["counts terminating ones, so as not to remove more than necessary", [warm, warm, terminating], 2, 2],
  ])("%s", (_name, instances, desiredCapacity, desired) => {
    expect(after(quiet(20), group(instances, { desiredCapacity }))).toBe(desired);
  });
});

describe("a group", () => {
  test("at 0 has no data and stays there", () => {
    expect(track(times(trackedMinutes, undefined), target, group([]), now)).toEqual({
      high: "INSUFFICIENT_DATA",
      low: "INSUFFICIENT_DATA",
    });
  });

  test("emptied under load isn't scaled out by its remaining datapoints", () => {
    expect(after([100, 100, 100, undefined], group([terminating], { desiredCapacity: 0 }))).toBe(0);
    expect(after([100, 100, 100, undefined], group([]))).toBe(0);
  });

  test("of two, one busy and one idle, stays: their average is at the target, not above it", () => {
    const points = times(trackedMinutes, (100 + 0) / 2);
    expect(track(points, target, group(times(2, warm)), now)).toEqual({ high: "OK", low: "OK" });
  });
});

const percent = fc.double({ min: 0, max: 100, noNaN: true });
const anyPoints = fc.oneof(
  fc.array(fc.option(percent, { nil: undefined }), { maxLength: 20 }),
  fc.array(fc.double({ min: 50, max: 100, noNaN: true }), { minLength: 3, maxLength: 20 }),
  fc.array(fc.double({ min: 0, max: 36, noNaN: true }), { minLength: 15, maxLength: 20 }),
);
const anyGroup = fc
  .tuple(fc.nat(5), fc.nat(10), fc.nat(10), fc.array(fc.constantFrom(warm, warming, pending, terminating)))
  .map(([minSize, more, desired, instances]) => ({
    minSize,
    maxSize: minSize + more,
    desiredCapacity: Math.min(minSize + more, Math.max(minSize, desired)),
    warmupSeconds,
    instances,
  }));

describe("whatever the metric and the instances", () => {
  const property = (check: (points: (number | undefined)[], tracked: TrackedGroup) => void) => {
    fc.assert(fc.property(anyPoints, anyGroup, check), { numRuns: 2000 });
  };

  test("the desired capacity stays within its limits", () => {
    property((points, tracked) => {
      expect(after(points, tracked)).toBeGreaterThanOrEqual(tracked.minSize);
      expect(after(points, tracked)).toBeLessThanOrEqual(tracked.maxSize);
    });
  });

  test("a scale-out raises it and a scale-in lowers it by one, only on an alarm", () => {
    property((points, tracked) => {
      const { high, low, change } = track(points, target, tracked, now);
      if (!change) return;
      expect(change.from).toBe(tracked.desiredCapacity);
      if (change.alarm === "AlarmHigh") {
        expect(high).toBe("ALARM");
        expect(change.to).toBeGreaterThan(change.from);
      } else {
        expect(low).toBe("ALARM");
        expect(change.to).toBe(change.from - 1);
      }
    });
  });

  test("the group never scales in while an instance is pending or warming up", () => {
    property((points, tracked) => {
      const settling = tracked.instances.some(instance => instance === pending || instance === warming);
      if (settling) expect(after(points, tracked)).toBeGreaterThanOrEqual(tracked.desiredCapacity);
    });
  });

  test("datapoints older than the tracked minutes make no difference", () => {
    property((points, tracked) => {
      const recent = [...times<undefined>(trackedMinutes, undefined), ...points].slice(-trackedMinutes);
      const expected = track(recent, target, tracked, now);
      expect(track([...times(5, 77), ...recent], target, tracked, now)).toEqual(expected);
    });
  });
});

/** A group under evenly spread load, as behind a load balancer. Time passes in whole minutes; draining takes one. */
class SimulatedGroup {
  readonly changes: { minute: number; alarm: string; to: number }[] = [];
  private instances: (Warming & { launchedAt?: number })[];
  private points: (number | undefined)[] = [];
  private minute = 0;

  constructor(
    readonly settings: { minSize: number; maxSize: number; warmupSeconds: number; launchMinutes: number },
    public desiredCapacity: number,
  ) {
    this.instances = times(desiredCapacity, { lifecycleState: "InService", inServiceAt: -1e9 } as const);
  }

  /** @param load on all instances together, in percent of one instance */
  run(minutes: number, load: number): this {
    for (let i = 0; i < minutes; i++) {
      this.point(load);
      this.minute++;
      this.settle();
      const { change } = track(
        this.points.slice(-trackedMinutes),
        target,
        { ...this.settings, desiredCapacity: this.desiredCapacity, instances: this.instances },
        this.minute * 60_000,
      );
      if (change) {
        this.changes.push({ minute: this.minute, alarm: change.alarm, to: change.to });
        this.desiredCapacity = change.to;
      }
      this.reconcile();
    }
    return this;
  }

  private point(load: number): void {
    const serving = this.instances.filter(({ lifecycleState }) => lifecycleState === "InService");
    const isWarm = ({ inServiceAt = Infinity }: Warming) =>
      this.minute * 60_000 >= inServiceAt + this.settings.warmupSeconds * 1000;
    this.points.push(serving.some(isWarm) ? Math.min(100, load / serving.length) : undefined);
  }

  private settle(): void {
    this.instances = this.instances
      .filter(({ lifecycleState }) => lifecycleState !== "Terminating")
      .map(instance =>
        instance.lifecycleState === "Pending" &&
        this.minute >= (instance.launchedAt ?? 0) + this.settings.launchMinutes
          ? { lifecycleState: "InService", inServiceAt: this.minute * 60_000 }
          : instance,
      );
  }

  private reconcile(): void {
    const staying = this.instances.filter(({ lifecycleState }) => lifecycleState !== "Terminating");
    const excess = staying.slice(this.desiredCapacity);
    this.instances = [
      ...staying.slice(0, this.desiredCapacity),
      ...excess.map(instance => ({ ...instance, lifecycleState: "Terminating" as const })),
      ...times(Math.max(0, this.desiredCapacity - staying.length), { ...pending, launchedAt: this.minute }),
    ];
  }
}

describe("over hours, a load that spreads evenly", () => {
  const settings = { minSize: 0, maxSize: 3, warmupSeconds, launchMinutes: 1 };

  test("takes the fleet from 1 to 3, and back to 1 once it ends", () => {
    const fleet = new SimulatedGroup(settings, 1).run(30, 150).run(60, 1);
    expect(fleet.changes).toEqual([
      { minute: 3, alarm: "AlarmHigh", to: 2 },
      { minute: 9, alarm: "AlarmHigh", to: 3 },
      { minute: 45, alarm: "AlarmLow", to: 2 },
      { minute: 46, alarm: "AlarmLow", to: 1 },
    ]);
  });

  /** Limits and the desired capacity to begin with. */
  const anyFleet = ({ most, warmups }: { most: number; warmups: number[] }) =>
    fc
      .record({
        minSize: fc.integer({ min: 0, max: 5 }),
        more: fc.nat(most),
        above: fc.nat(most),
        launchMinutes: fc.integer({ min: 1, max: 10 }),
        warmupSeconds: fc.constantFrom(...warmups),
      })
      .map(({ more, above, ...rest }) => {
        const maxSize = rest.minSize + more;
        return { limits: { ...rest, maxSize }, desired: Math.min(maxSize, rest.minSize + above) };
      });

  /** In hundredths of a percent, since floating-point error decides at the very boundary between two sizes. */
  const loads = (max: number) => fc.integer({ min: 1, max: max * 100 }).map(load => load / 100);

  // The warm-up is a minute or more. With less, a datapoint may be older than an instance that already counts, and the
  // group overshoots, as it would on AWS.
  test("that is constant never flaps: the group moves in one direction and settles", () => {
    fc.assert(
      fc.property(
        loads(2000),
        anyFleet({ most: 15, warmups: [60, 90, 300, 600] }),
        (load, { limits, desired }) => {
          const fleet = new SimulatedGroup(limits, desired).run(300, load);
          expect(new Set(fleet.changes.map(({ alarm }) => alarm)).size).toBeLessThanOrEqual(1);
          const changes = fleet.changes.length;
          expect(fleet.run(60, load).changes).toHaveLength(changes);
          expect(fleet.desiredCapacity).toBeGreaterThanOrEqual(limits.minSize);
          expect(fleet.desiredCapacity).toBeLessThanOrEqual(limits.maxSize);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("that is constant is eventually served at or below the target, if the maximum allows", () => {
    fc.assert(
      fc.property(loads(1000), fc.integer({ min: 1, max: 20 }), (load, desired) => {
        const fleet = new SimulatedGroup({ ...settings, maxSize: 20 }, desired).run(300, load);
        expect(load / fleet.desiredCapacity).toBeLessThanOrEqual(target + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  test("that varies arbitrarily never exceeds the limits, and each alarm scales in its own direction", () => {
    const anyDay = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), loads(1000)), { maxLength: 20 });
    fc.assert(
      fc.property(anyDay, anyFleet({ most: 10, warmups: [0, 60, 300] }), (day, { limits, desired }) => {
        const fleet = new SimulatedGroup(limits, desired);
        let before = fleet.desiredCapacity;
        for (const [minutes, load] of day) fleet.run(minutes, load);
        for (const { alarm, to } of fleet.changes) {
          if (alarm === "AlarmHigh") expect(to).toBeGreaterThan(before);
          else expect(to).toBe(before - 1);
          expect(to).toBeGreaterThanOrEqual(limits.minSize);
          expect(to).toBeLessThanOrEqual(limits.maxSize);
          before = to;
        }
      }),
      { numRuns: 300 },
    );
  });
});
