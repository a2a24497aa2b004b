/** EC2's filter values as patterns. Source: EC2 User Guide, "Filter your resources", "Wildcards". */

const anySequence = Symbol("*");
const anyCharacter = Symbol("?");

export type Pattern = readonly (string | typeof anySequence | typeof anyCharacter)[];

/** "*" and "?" are wildcards unless a backslash precedes them. */
export function patternOf(value: string): Pattern {
  return (value.match(/\\?[^]/gu) ?? []).map(each => {
    if (each === "*") return anySequence;
    if (each === "?") return anyCharacter;
    return each.length > 1 && each.startsWith("\\") ? each.slice(1) : each;
  });
}

/**
 * Whether a pattern matches all of a text, given as its characters. It goes back to the last "*" at most, so the steps
 * are at most the product of the two lengths, whatever the pattern.
 */
export function matchesPattern(pattern: Pattern, text: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < text.length;) {
    const expected = pattern[at];
    if (expected === anySequence) {
      star = at++;
      retry = index;
    } else if (expected === anyCharacter || (expected !== undefined && expected === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++retry;
    } else return false;
  }
  while (pattern[at] === anySequence) at++;
  return at === pattern.length;
}
