/** What Elastic Load Balancing's Describe actions share. */
import { assertPageSize, pageOf } from "../../../api/paging";
import { validationError } from "../../../api/aws-error";

/** Source: ELB API Reference, "PageSize". */
const largestPage = 400;

export function page<Item>(
  items: readonly Item[],
  { Marker, PageSize = largestPage }: { Marker?: string; PageSize?: number },
): { items: Item[]; NextMarker?: string } {
  assertPageSize(PageSize, "PageSize", largestPage);
  const paged = pageOf(items, PageSize, Marker);
  if (!paged) throw validationError("The specified marker is not valid");
  return { items: paged.page, NextMarker: paged.next };
}

/** Names, ARNs and other selectors are mutually exclusive. */
export function assertOneSelector(selectors: Record<string, readonly string[]>): void {
  const given = Object.entries(selectors).filter(([, values]) => values.length > 0);
  if (given.length > 1)
    throw validationError(
      `You can specify only one of the following: ${given.map(([selector]) => selector).join(", ")}`,
    );
}
