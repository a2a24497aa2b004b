import { capacitiesOf, chart, isSettled, lineOf, quietMinutes, type Sample } from "./timeline";

const quiet = { desired: 1, inService: 1, others: 0, names: [], unanswered: 0 };

function samples(...cpus: (number | undefined)[]): Sample[] {
  return cpus.map((cpu, minute) => ({ ...quiet, minute, cpu }));
}

describe("a fleet has settled", () => {
  const calm = samples(...Array<number>(quietMinutes).fill(20));
  const changed = (change: Partial<Sample>) =>
    calm.map((each, index) => (index === 5 ? { ...each, ...change } : each));

  test("once the policy has had no reason to act for longer than it takes", () => {
    expect(isSettled(calm, 50)).toBe(true);
    expect(isSettled([...samples(100), ...calm], 50)).toBe(true);
    expect(isSettled(calm.slice(1), 50)).toBe(false);
  });

  test.each<[string, Partial<Sample>]>([
    ["CPU was above the target", { cpu: 50.1 }],
    ["CPU was unknown", { cpu: undefined }],
    ["the capacity was another", { desired: 2, inService: 2 }],
    ["an instance was missing", { inService: 0 }],
    ["an instance came or went", { others: 1 }],
  ])("but not if %s meanwhile", (_, change) => {
    expect(isSettled(changed(change), 50)).toBe(false);
  });
});

test("capacities in turn, each once", () => {
  const desired = [1, 1, 2, 3, 3, 2, 1, 1];
  expect(capacitiesOf(desired.map(each => ({ ...quiet, minute: 0, desired: each })))).toEqual([
    1, 2, 3, 2, 1,
  ]);
});

test("a line says what is known, and what wasn't answered", () => {
  expect(lineOf({ ...quiet, minute: 3, names: ["ip-10-0-11-4.ec2.internal"] })).toBe(
    "minute 3: CPU unknown, desired 1, in service 1, seen ip-10-0-11-4",
  );
  expect(lineOf({ ...quiet, minute: 4, cpu: 12.34, unanswered: 2 })).toBe(
    "minute 4: CPU 12.3 %, desired 1, in service 1, 2 unanswered",
  );
});

test("the chart has a column for each minute, the target's line behind the bars, and never more columns than the terminal", () => {
  const shown = [...samples(0, 10, 50, 100), { ...quiet, minute: 4, cpu: 70, desired: 12, inService: 2 }];
  expect(chart(shown, 50, 80)).toEqual([
    "CPU %          █ ",
    "               █▄",
    "- target 50 --▄██",
    "              ███",
    "             ▄███",
    "desired     1111+",
    "in service  11112",
    "minute 4: CPU 70.0 %, desired 12, in service 2",
    "seen nobody",
  ]);
  const long = chart(samples(...Array<number>(200).fill(100)), 50, 40);
  expect(long[0]).toHaveLength(40);
  expect(Math.max(...long.slice(0, 7).map(({ length }) => length))).toBe(40);
});
