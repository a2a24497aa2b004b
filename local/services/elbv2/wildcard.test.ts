import fc from "fast-check";
import { matchesWildcard } from "./wildcard";

test.each([
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
  ["?", "", false],
  ["/img/*", "/img/", true],
  ["/img/*", "/img", false],
  ["/img/*/pics", "/img/a/b/pics", true],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["*.example.com", "www.example.com", true],
  ["*.example.com", "example.com", false],
  ["a.c", "abc", false],
])("%j matches %j: %s", (pattern, text, expected) => {
  expect(matchesWildcard(pattern, text)).toBe(expected);
});

test("agrees with a regular expression", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "?"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      const source = pattern.replaceAll("*", ".*").replaceAll("?", ".");
      expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
    }),
  );
});

test("takes time in proportion to the text, however many stars", () => {
  const start = performance.now();
  expect(matchesWildcard(`${"*a".repeat(60)}!`, "a".repeat(100_000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(2000);
});
