/** A last cell that doesn't fit the width gets a line of its own, indented. */
export function alignColumns(rows: string[][], width: number): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
  return rows.flatMap(row => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const line = cells.join("  ").trimEnd();
    if (line.length <= width) return [line];
    return [cells.slice(0, -1).join("  ").trimEnd(), `    ${row.at(-1)}`];
  });
}
