/** The limit on how deep a request may be nested, in any protocol: what reads requests recurses. */
import type { Faults } from "./faults";

/** Far deeper than any action's input. */
export const deepestNesting = 32;

/** @throws AwsError beyond the limit */
export function assertNesting(depth: number, faults: Faults): void {
  if (depth > deepestNesting)
    throw faults.malformed(`The request is nested more than ${deepestNesting} levels deep`);
}

/** @throws AwsError if a parsed value is nested beyond the limit */
export function assertValueNesting(value: unknown, faults: Faults, depth = 0): void {
  if (typeof value !== "object" || value === null) return;
  assertNesting(depth + 1, faults);
  for (const content of Object.values(value) as unknown[]) assertValueNesting(content, faults, depth + 1);
}
