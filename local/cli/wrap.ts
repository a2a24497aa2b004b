/** Fits text to the width of a terminal. */

/** A stream's width: a pipe has none, and a terminal that doesn't know its own has 0. */
export function widthOf({ columns = 0 }: { columns?: number }): number {
  return columns > 0 ? columns : Infinity;
}

/**
 * Breaks lines at spaces. What follows a break is indented like the line, or like its second column: the text after the
 * first gap of two spaces or more.
 */
export function wrap(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap(line => wrapLine(line, width))
    .join("\n");
}

function wrapLine(line: string, width: number): string[] {
  const indent = /^ *(?:\S+(?: \S+)* {2,})?/.exec(line)?.[0].length ?? 0;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    // A longer word stays whole.
    const end = space >= indent ? space : rest.indexOf(" ", Math.max(indent, width));
    if (end < 0) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = " ".repeat(indent) + rest.slice(end + 1);
  }
  return [...lines, rest];
}
