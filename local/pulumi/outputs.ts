import type { StackOutput } from "./evaluate";

/** Formats stack outputs like `pulumi stack output --json`, with "[secret]" for secrets. */
export function outputsAsJson(outputs: Record<string, StackOutput>): string {
  const entries = Object.entries(outputs).map(([name, output]) => [
    name,
    output.secret ? "[secret]" : output.value,
  ]);
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}

/** The values of those that are no secret. */
export function publicOutputsOf(outputs: Record<string, StackOutput>): Record<string, unknown> {
  const entries = Object.entries(outputs).flatMap(([name, output]) =>
    output.secret ? [] : [[name, output.value] as const],
  );
  return Object.fromEntries(entries);
}
