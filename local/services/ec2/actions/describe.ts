/** What EC2's Describe actions share: ids, filters, pages. */
import { pageOf } from "../../../api/paging";
import { AwsError } from "../../../api/aws-error";
import { notFound, type ResourceType } from "../resource-types";
import { matching, type Filter, type Filterable, type Tagged } from "./filters";

export interface ResourceKind<Item> {
  type: ResourceType;
  /** Its id, or whatever else the action's list names it by. */
  idOf: (item: Item) => string | undefined;
  /** The refusal of what doesn't exist, for what goes by name. */
  notFound?: (names: readonly string[]) => AwsError;
  filterable: Filterable<Item>;
}

export interface DescribeInput {
  /** What `idOf` returns. */
  ids?: readonly string[];
  Filters?: readonly Filter[];
  MaxResults?: number;
  NextToken?: string;
  DryRun?: boolean;
}

export const pageParameters = ["Filters", "MaxResults", "NextToken", "DryRun"] as const;

const largestPage = 1000;

/** @throws AwsError for unknown or malformed ids, filters, page sizes and tokens, and for a dry run */
export function describe<Item extends Tagged>(
  items: readonly Item[],
  kind: ResourceKind<Item>,
  { ids = [], Filters = [], MaxResults, NextToken, DryRun }: DescribeInput,
): { page: Item[]; NextToken?: string } {
  assertNoDryRun({ DryRun });
  assertExist(items, kind, ids);
  assertPageSize(MaxResults);
  const matches = matching(Filters, kind.filterable);
  const found = items.filter(
    item => (ids.length === 0 || ids.includes(kind.idOf(item) ?? "")) && matches(item),
  );
  const paged = pageOf(found, MaxResults ?? largestPage, NextToken);
  if (!paged) throw new AwsError("InvalidNextToken", "The specified NextToken is not valid.");
  return { page: paged.page, NextToken: paged.next };
}

/** @throws AwsError unless each id is an item's */
export function assertExist<Item>(
  items: readonly Item[],
  { type, idOf, notFound: refusal }: Omit<ResourceKind<Item>, "filterable">,
  ids: readonly string[],
): void {
  const existing = new Set(items.map(idOf));
  const missing = ids.filter(id => !existing.has(id));
  if (missing.length > 0) throw refusal?.(missing) ?? notFound(type, missing);
}

function assertPageSize(size: number | undefined): void {
  if (size === undefined) return;
  if (Number.isInteger(size) && size >= 5 && size <= largestPage) return;
  const expected = size > largestPage ? "less than 1000" : "greater than 5";
  throw new AwsError(
    "InvalidParameterValue",
    `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value ${expected}.`,
  );
}

/** DryRun of every action: operators are never denied anything, so the request would always have succeeded. */
export function assertNoDryRun({ DryRun }: { DryRun?: boolean }): void {
  if (DryRun)
    throw new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
}
