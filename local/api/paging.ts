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
  token = tokenOf(0),
): { page: Item[]; next?: string } | undefined {
  const [, start] = /^from (\d{1,9})$/.exec(Buffer.from(token, "base64").toString()) ?? [];
  if (start === undefined) return undefined;
  const end = Number(start) + size;
  return { page: items.slice(Number(start), end), next: end < items.length ? tokenOf(end) : undefined };
}

const tokenOf = (start: number) => Buffer.from(`from ${start}`).toString("base64");
