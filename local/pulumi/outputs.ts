import type { StackOutput } from "./evaluate";

/** Stack outputs in the shape of `pulumi stack output --json`: secrets stand as "[secret]". */
export function outputsAsJson(outputs: Record<string, StackOutput>): string {
  const shown = Object.entries(outputs).map(([name, output]) => [
    name,
    output.secret ? "[secret]" : output.value,
  ]);
  return `${JSON.stringify(Object.fromEntries(shown), undefined, 2)}\n`;
}
