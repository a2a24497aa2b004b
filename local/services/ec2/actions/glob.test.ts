import fc from "fast-check";
import { matchesPattern, patternOf } from "./glob";

const matches = (pattern: string, text: string) => matchesPattern(patternOf(pattern), Array.from(text));

test.each<[string, string, boolean]>([
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["?", "", false],
  ["a*c", "abbc", true],
  ["a*c", "abcb", false],
  ["*ab", "aab", true],
  ["*a?b*", "xaabcab", true],
  ["a.c", "abc", false],
  ["\\*", "*", true],
  ["\\*", "a", false],
  ["\\?\\\\", "?\\", true],
  ["a\\", "a\\", true],
  ["\\a", "a", true],
  ["?", "\u{1f680}", true],
  ["a*b", "a\n\nb", true],
])("%j matches %j: %s", (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test("agrees with a regular expression", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
  const patterns = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      const source = pattern.replaceAll("?", ".").replaceAll("*", ".*");
      expect(matches(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
    }),
  );
});

test("a hostile pattern takes no more steps than the product of the lengths", () => {
  const pattern = patternOf(`${"*a".repeat(100)}!`);
  let steps = 0;
  const counted = new Proxy(pattern, {
    get: (target, key) => {
      steps++;
      return Reflect.get(target, key) as unknown;
    },
  });
  const text = Array.from("a".repeat(255));
  expect(matchesPattern(counted, text)).toBe(false);
  expect(steps).toBeLessThan(2 * pattern.length * text.length);
});
