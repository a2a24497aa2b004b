import fc from "fast-check";
import { minute } from "../../clock";
import { MetricStore, type Metric } from "./metrics";

const cpuOf = { namespace: "AWS/EC2", name: "CPUUtilization" };
const metric = (name: string, value: string): Metric => ({ ...cpuOf, dimension: { name, value } });
const cpu = metric("InstanceId", "i-1");
const groupCpu = metric("AutoScalingGroupName", "fleet");

const all = (store: MetricStore, of: Metric, periodSeconds = 60) =>
  store.statistics(of, { start: 0, end: Infinity, periodSeconds });

describe("a store", () => {
  test("has no data for unknown metrics", () => {
    const store = new MetricStore();
    store.put(cpu, 0, 50);
    expect(all(store, groupCpu)).toEqual([]);
    expect(store.averages(groupCpu, 2, 0)).toEqual([undefined, undefined]);
  });

  test("combines the samples of a minute into a statistic set", () => {
    const store = new MetricStore();
    for (const value of [10, 20, 60]) store.put(groupCpu, 5 * minute, value);
    const expected = { sampleCount: 3, sum: 90, average: 30, minimum: 10, maximum: 60 };
    expect(all(store, groupCpu)).toEqual([{ timestamp: 5 * minute, ...expected }]);
  });

  test("keeps metrics apart by namespace, name and dimension", () => {
    const store = new MetricStore();
    const second = metric("InstanceId", "i-2");
    const others = [cpu, groupCpu, second, { ...cpu, name: "x" }, { ...cpu, namespace: "x" }];
    others.forEach((other, index) => store.put(other, 0, index));
    expect(others.map(other => all(store, other)[0]?.sum)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("statistics", () => {
  const store = new MetricStore();
  for (const at of [0, 1, 2, 4, 5]) store.put(cpu, at * minute, at + 1);

  test("omit periods without data", () => {
    const averages = all(store, cpu).map(({ timestamp, average }) => `${timestamp / minute}: ${average}`);
    expect(averages).toEqual(["0: 1", "1: 2", "2: 3", "4: 5", "5: 6"]);
  });

  test("of longer periods weigh all samples equally, in periods aligned with the range's start", () => {
    const range = { start: minute, end: 6 * minute, periodSeconds: 180 };
    expect(store.statistics(cpu, range)).toEqual([
      { timestamp: minute, sampleCount: 2, sum: 5, average: 2.5, minimum: 2, maximum: 3 },
      { timestamp: 4 * minute, sampleCount: 2, sum: 11, average: 5.5, minimum: 5, maximum: 6 },
    ]);
  });

  test.each([
    ["the start is rounded down to its minute", 1.5, 3, [1, 2]],
    ["the start is included", 1, 3, [1, 2]],
    ["the end is excluded", 0, 2, [0, 1]],
    ["a minute that starts before the end is included", 0, 2.1, [0, 1, 2]],
    ["an empty range has no data", 1, 1, []],
  ])("%s", (_name, start, end, expected) => {
    const range = { start: start * minute, end: end * minute, periodSeconds: 60 };
    expect(store.statistics(cpu, range).map(({ timestamp }) => timestamp / minute)).toEqual(expected);
  });

  test.each([0, -60, 30, 90, NaN, Infinity])("a period of %p s is rejected", periodSeconds => {
    const error = new RangeError(`the period must be a multiple of 60 s, not ${periodSeconds} s`);
    expect(() => all(store, cpu, periodSeconds)).toThrow(error);
  });

  test("of one long period cover all samples", () => {
    const samples = fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 0, max: 100 })), { minLength: 1 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 20 }), (unordered, period) => {
        const store = new MetricStore();
        const ordered = unordered.sort(([a], [b]) => a - b);
        for (const [at, value] of ordered) store.put(cpu, at * minute, value);
        const values = ordered.map(([, value]) => value);
        const sum = values.reduce((a, b) => a + b, 0);
        const [minimum, maximum] = [Math.min(...values), Math.max(...values)];
        const set = { sampleCount: values.length, sum, average: sum / values.length, minimum, maximum };
        expect(all(store, cpu, 6000)).toEqual([{ timestamp: 0, ...set }]);
        // However the samples are split into periods, none is lost or counted twice.
        const periods = all(store, cpu, period * 60);
        expect(periods.reduce((total, { sum }) => total + sum, 0)).toBe(sum);
        expect(periods.reduce((total, { sampleCount }) => total + sampleCount, 0)).toBe(values.length);
      }),
    );
  });
});

test("averages cover the latest minutes, undefined where there is no data", () => {
  const store = new MetricStore();
  store.put(cpu, minute, 10);
  store.put(cpu, 3 * minute, 30);
  store.put(cpu, 3 * minute, 40);
  expect(store.averages(cpu, 4, 3 * minute)).toEqual([undefined, 10, undefined, 35]);
  expect(store.averages(cpu, 2, 4 * minute)).toEqual([35, undefined]);
});

test("data is kept for a day, also of metrics that have ended", () => {
  const store = new MetricStore();
  store.put(cpu, 0, 1);
  store.put(cpu, minute, 2);
  store.put(groupCpu, 1439 * minute, 3);
  expect(all(store, cpu).map(({ sum }) => sum)).toEqual([1, 2]);
  store.put(groupCpu, 1440 * minute, 3);
  expect(all(store, cpu).map(({ sum }) => sum)).toEqual([2]);
  store.put(groupCpu, 1441 * minute, 3);
  expect(all(store, cpu)).toEqual([]);
});
