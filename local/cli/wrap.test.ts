import { widthOf, wrap } from "./wrap";

test.each([
  ["a line that fits", "four and four", 13, "four and four"],
  ["a longer one", "four and four", 12, "four and\nfour"],
  ["each line by itself", "four and four\n\nfive", 9, "four and\nfour\n\nfive"],
  ["the indentation is kept", "  four and four", 10, "  four and\n  four"],
  ["a second column stays one", "   1.0 s  four and four", 18, "   1.0 s  four and\n          four"],
  ["a later gap is none", "a  four and.  Four", 12, "a  four and.\n    Four"],
  ["a long word stays whole", "at http://127.0.0.1:4000/ it is", 10, "at\nhttp://127.0.0.1:4000/\nit is"],
  [
    "in a second column, too",
    "   1.0 s  http://127.0.0.1/ it",
    12,
    "   1.0 s  http://127.0.0.1/\n          it",
  ],
])("%s", (_, text, columns, expected) => {
  expect(wrap(text, columns)).toBe(expected);
});

test("where the width isn't known, nothing is broken", () => {
  const line = "word ".repeat(1000);
  expect([{ columns: 80 }, { columns: 0 }, {}].map(widthOf)).toEqual([80, Infinity, Infinity]);
  expect(wrap(line, Infinity)).toBe(line);
});
