import fc from "fast-check";
import { alarmState, type Alarm } from "./alarm-state";

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
