/**
 * Whether the whole text matches a pattern in which "*" is any characters and "?" exactly one. Takes at most the product
 * of both lengths: after a mismatch only the last "*" takes one character more.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let inPattern = 0;
  let inText = 0;
  let lastStar = -1;
  let afterStar = 0;
  while (inText < text.length) {
    const expected = pattern[inPattern];
    if (expected === "*") {
      lastStar = inPattern++;
      afterStar = inText;
    } else if (expected === "?" || expected === text[inText]) {
      inPattern++;
      inText++;
    } else if (lastStar === -1) return false;
    else {
      inPattern = lastStar + 1;
      inText = ++afterStar;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
