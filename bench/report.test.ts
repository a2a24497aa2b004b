import type { Figure } from "./figures";
import { tableOf, withTable } from "./report";

const reads: Figure = {
  name: "reads",
  unit: "requests/s",
  ours: [31_234, 30_000, 29_000],
  baseline: { name: "bare", values: [33_000, 33_000, 33_000] },
  target: { atLeast: 0.85 },
};
const results = {
  date: "2026-01-02T03:04:05Z",
  commit: "abc1234",
  machine: "a machine",
  command: "npm run bench",
};

test("a row has medians, the ratio with its spread, and whether the target is met", () => {
  const late = { ...reads, unit: "ms, p99", ours: [3, 3, 3], baseline: { name: "bare", values: [1, 1, 1] } };
  const figures = [reads, { ...late, target: { atMost: 2 } }, { ...late, target: undefined }];
  expect(tableOf({ ...results, figures }).split("\n")).toEqual([
    "2026-01-02, commit abc1234, `npm run bench` on a machine.",
    "",
    "| figure | unit | ours | baseline |  | ratio | least to most | target | met |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    "| reads | requests/s | 30,000 | bare | 33,000 | 0.91 | 0.88 to 0.95 | at least 0.85 | yes |",
    "| reads | ms, p99 | 3 | bare | 1 | 3 | 3 to 3 | at most 2 | no |",
    "| reads | ms, p99 | 3 | bare | 1 | 3 | 3 to 3 |  |  |",
    "",
  ]);
});

test("a row tells that its target need not be met because another row's is", () => {
  const alternatives = [0.85, 0.95].map(atLeast => ({ ...reads, target: { atLeast }, isAlternative: true }));
  const met = (figures: Figure[]) =>
    tableOf({ ...results, figures })
      .split("\n")
      .slice(4, -1)
      .map(row => row.split(" | ").at(-1));
  expect(met(alternatives)).toEqual(["yes |", "no; the other is |"]);
  expect(met(alternatives.slice(1))).toEqual(["no |"]);
});

test("the table replaces the one before, and nothing else", () => {
  const text = "above\n<!-- figures -->\n<!-- end of figures -->\nbelow\n";
  const once = withTable(text, "one\n");
  expect(once).toBe("above\n<!-- figures -->\n\none\n\n<!-- end of figures -->\nbelow\n");
  expect(withTable(once, "two\n")).toBe(withTable(text, "two\n"));
  expect(() => withTable("no marks", "one\n")).toThrow("for the table");
});
