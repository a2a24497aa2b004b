import fc from "fast-check";
import { alarmState, stateReason, type Alarm } from "./alarm-state";

const threeOfThree: Alarm = { evaluationPeriods: 3, breaches: value => value > 50 };
const fifteenOfFifteen: Alarm = { evaluationPeriods: 15, breaches: value => value < 35 };

/** Datapoints as in AWS's tables: X breaches, 0 doesn't, - is missing; latest last. */
const points = (text: string, breaching: number, other: number) =>
  text
    .replaceAll(" ", "")
    .split("")
    .map(mark => (mark === "X" ? breaching : mark === "0" ? other : undefined));

describe("3 of 3", () => {
  test.each([
    ["X X X", "ALARM"],
    ["0 X X", "OK"],
    ["X 0 X", "OK"],
    ["X X 0", "OK"],
    ["0 0 X X X", "ALARM"],
    ["X X X X 0", "OK"],
  ])("%s is %s", (text, state) => {
    expect(alarmState(points(text, 51, 50), threeOfThree)).toBe(state);
  });

  // The column "missing" of the table in "Configuring how CloudWatch alarms treat missing data".
  test.each([
    ["0 - X - X", "OK"],
    ["0 - - - -", "OK"],
    ["- - - - -", "INSUFFICIENT_DATA"],
    ["0 X X - X", "ALARM"],
    ["- - - - X", "INSUFFICIENT_DATA"],
    ["X - - - -", "ALARM"],
    ["- - X - -", "ALARM"],
  ])("with missing data, %s is %s", (text, state) => {
    expect(alarmState(points(text, 51, 50), threeOfThree)).toBe(state);
  });

  test("ignores datapoints older than the evaluation range", () => {
    expect(alarmState(points("X X X - - - - -", 51, 50), threeOfThree)).toBe("INSUFFICIENT_DATA");
    expect(alarmState([], threeOfThree)).toBe("INSUFFICIENT_DATA");
  });
});

// The tables in "Configuring how CloudWatch alarms treat missing data".
describe.each<
  [string, Partial<Alarm>, [string, missing: string, ignore: string, breaching: string, not: string][]]
>([
  [
    "3 of 3",
    {},
    [
      ["0 - X - X", "OK", "OK", "OK", "OK"],
      ["- - - - 0", "OK", "OK", "OK", "OK"],
      ["- - - - -", "INSUFFICIENT_DATA", "kept", "ALARM", "OK"],
      ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
      ["- - X - -", "ALARM", "kept", "ALARM", "OK"],
    ],
  ],
  [
    "2 of 3",
    { datapointsToAlarm: 2 },
    [
      ["0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
      ["0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
      ["0 - X - -", "OK", "OK", "ALARM", "OK"],
      ["- - - - 0", "OK", "OK", "ALARM", "OK"],
      ["- - - X -", "ALARM", "kept", "ALARM", "OK"],
    ],
  ],
])("%s by how missing data is treated:", (_name, settings, table) => {
  test.each(table)("%s is %s, %s, %s, %s", (text, ...states) => {
    const alarm = { ...threeOfThree, ...settings };
    for (const before of ["OK", "ALARM"] as const)
      expect(
        (["missing", "ignore", "breaching", "notBreaching"] as const).map(treatMissingData =>
          alarmState(points(text, 51, 50), { ...alarm, treatMissingData }, before),
        ),
      ).toEqual(states.map(state => (state === "kept" ? before : state)));
  });
});

describe("the reason is in CloudWatch's words:", () => {
  const alarm = { ...threeOfThree, threshold: 50, comparison: "GreaterThanThreshold" } as const;
  test.each([
    ["ALARM", "0 X X X", {}, "3 datapoints [51, 51, 51] were greater than the threshold (50)."],
    ["OK", "- - - - 0", {}, "1 datapoint [50] was not greater than the threshold (50)."],
    [
      "OK",
      "- - -",
      { treatMissingData: "notBreaching" },
      "no datapoints were received for 3 periods and 3 missing datapoints were treated as [NonBreaching].",
    ],
    [
      "ALARM",
      "-",
      { treatMissingData: "breaching", evaluationPeriods: 1, comparison: "LessThanOrEqualToThreshold" },
      "no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].",
    ],
  ] as const)("%s for %s", (state, text, settings, words) => {
    const reason = stateReason(state, points(text, 51, 50), { ...alarm, ...settings });
    expect(reason).toBe(`Threshold Crossed: ${words}`);
  });

  test("nothing is known", () => {
    expect(stateReason("INSUFFICIENT_DATA", [], alarm)).toBe("Insufficient Data: 3 datapoints were unknown.");
  });
});

describe("15 of 15", () => {
  test.each([
    ["X".repeat(15), "ALARM"],
    ["X".repeat(14), "INSUFFICIENT_DATA"],
    ["0" + "X".repeat(14), "OK"],
    ["X".repeat(14) + "0", "OK"],
    ["0" + "X".repeat(15), "ALARM"],
    ["XX" + "-" + "X".repeat(13), "ALARM"],
    ["0" + "-" + "X".repeat(14), "OK"],
    ["-".repeat(15), "INSUFFICIENT_DATA"],
  ])("%s is %s", (text, state) => {
    expect(alarmState(points(text, 34.9, 35), fifteenOfFifteen)).toBe(state);
  });
});

test("is OK while any datapoint in the evaluation periods doesn't breach", () => {
  const point = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(point, { maxLength: 20 }),
      fc.constantFrom(threeOfThree, fifteenOfFifteen),
      (all, alarm) => {
        const evaluated = all.slice(-alarm.evaluationPeriods).filter(value => value !== undefined);
        if (evaluated.some(value => !alarm.breaches(value))) expect(alarmState(all, alarm)).toBe("OK");
      },
    ),
  );
});
