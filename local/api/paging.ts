/** Splits lists into pages for clients' paginators. */
import { failsConstraint } from "./protocols/faults";

/** @throws AwsError for a page size out of range, in the words of services that speak the query protocol */
export function assertPageSize(size: number, parameter: string, largest: number): void {
  if (size > largest)
    throw failsConstraint(String(size), parameter, `Member must have value less than or equal to ${largest}`);
  if (!Number.isInteger(size) || size < 1)
    throw failsConstraint(String(size), parameter, "Member must have value greater than or equal to 1");
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
  const begin = token === undefined ? 0 : beginOf(token);
  if (begin === undefined) return undefined;
  const end = begin + size;
  return { page: items.slice(begin, end), ...(end < items.length && { next: tokenOf(end) }) };
}

function tokenOf(begin: number): string {
  return Buffer.from(`from ${begin}`).toString("base64");
}

function beginOf(token: string): number | undefined {
  const [, begin] = /^from (\d{1,9})$/.exec(Buffer.from(token, "base64").toString()) ?? [];
  return begin === undefined ? undefined : Number(begin);
}
