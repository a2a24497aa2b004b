import { inTurns, isMet, missedOf, ratioOf, spreadOf, type Figure } from "./figures";

const figure: Figure = {
  name: "reads",
  unit: "requests/s",
  ours: [80, 300, 90],
  baseline: { name: "bare", values: [100, 200, 100] },
};

test("the median is a middle value, or the mean of two", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spreadOf([10, 2, 4, 1])).toEqual({ median: 3, least: 1, most: 10 });
});

test("a ratio is that of a round, not of the medians", () => {
  expect(ratioOf(figure)).toEqual({ median: 0.9, least: 0.8, most: 1.5 });
});

test.each([
  [undefined, undefined],
  [true, { atLeast: 0.9 }],
  [false, { atLeast: 0.91 }],
  [true, { atMost: 0.9 }],
  [false, { atMost: 0.89 }],
])("it is met: %j, with the target %j", (expected, target) => {
  expect(isMet({ ...figure, target })).toBe(expected);
});

test("of alternatives one that is met is enough", () => {
  const met = { ...figure, target: { atMost: 1 } };
  const missed = { ...figure, target: { atMost: 0.5 } };
  const alternative = (each: Figure) => ({ ...each, isAlternative: true });
  const other = { ...missed, name: "updates", isAlternative: true };
  expect(missedOf([met, missed])).toEqual([missed]);
  expect(missedOf([alternative(met), missed])).toEqual([missed]);
  expect(missedOf([alternative(met), alternative(missed), other])).toEqual([other]);
  expect(missedOf([alternative(missed), alternative(missed)])).toHaveLength(2);
  expect(missedOf([{ ...figure, target: undefined }])).toEqual([]);
});

test("each is measured once per round, and begins in turn", async () => {
  const order: string[] = [];
  const measure = (name: string) => () => Promise.resolve(order.push(name));
  const measured = await inTurns(3, { a: measure("a"), b: measure("b") });
  expect(order.join("")).toBe("abbaab");
  expect(measured).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
});
