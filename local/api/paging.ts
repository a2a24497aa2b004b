/** Splits lists into pages. */
import { assertAtLeast, failsConstraint } from "./protocols/faults";

/** @throws AwsError for a page size out of range, worded as by services that speak the query protocol */
export function assertPageSize(size: number, parameter: string, largest: number): void {
  if (size > largest)
    throw failsConstraint(String(size), parameter, `Member must have value less than or equal to ${largest}`);
  assertAtLeast(1, size, parameter);
}

/**
 * @param token from the previous page
 * @returns the page and, unless it is the last, the token for the next one; undefined if the token is not one of ours
 */
export function pageOf<Item>(
  items: readonly Item[],
  size: number,
  token?: string,
): { page: Item[]; next?: string } | undefined {
  const start = token === undefined ? 0 : startOf(token);
  if (start === undefined) return undefined;
  const end = start + size;
  const next = end < items.length ? Buffer.from(`from ${end}`).toString("base64") : undefined;
  return { page: items.slice(start, end), next };
}

function startOf(token: string): number | undefined {
  const [, start] = /^from (\d{1,9})$/.exec(Buffer.from(token, "base64").toString()) ?? [];
  return start === undefined ? undefined : Number(start);
}
