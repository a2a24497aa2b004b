/** What EC2's Describe actions share: ids, filters, pages. */
import { pageOf } from "../../../api/paging";
import { AwsError } from "../../../api/aws-error";
import { matching, type Filter, type Filterable } from "./filters";

/** A kind of resource that EC2 describes. */
export interface ResourceKind<Item> {
  /** The prefix of its ids ("vpc"), and the error code of what is none; absent for what goes by name. */
  idFormat?: { prefix: string; malformed: string };
  /** Its id, or its name. */
  idOf: (item: Item) => string | undefined;
  /** Error code as spelled in "Error codes for the Amazon EC2 API". */
  notFound: string;
  /** The start of its error messages: "The vpc ID". */
  label: string;
  filterable: Filterable<Item>;
}

export interface DescribeInput {
  /** What `idOf` returns. */
  ids?: readonly string[];
  Filters?: readonly Filter[];
  MaxResults?: number;
  NextToken?: string;
}

/** Parameters of Describe actions with pages. */
export const pageParameters = ["Filters", "MaxResults", "NextToken", "DryRun"] as const;

const largestPage = 1000;

/** @throws AwsError for unknown or malformed ids, filters, page sizes and tokens */
export function describe<Item extends { Tags?: { Key?: string; Value?: string }[] }>(
  items: readonly Item[],
  kind: ResourceKind<Item>,
  { ids = [], Filters = [], MaxResults, NextToken }: DescribeInput,
): { page: Item[]; NextToken?: string } {
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

export function assertExist<Item>(
  items: readonly Item[],
  { idFormat, idOf, notFound, label }: Omit<ResourceKind<Item>, "filterable">,
  ids: readonly string[],
): void {
  const existing = new Set(items.map(idOf));
  const missing = ids.filter(id => !existing.has(id));
  if (idFormat) {
    const { prefix, malformed } = idFormat;
    const malformedId = missing.find(id => !new RegExp(`^${prefix}-[0-9a-f]+$`).test(id));
    if (malformedId !== undefined)
      throw new AwsError(malformed, `Invalid id: "${malformedId}" (expecting "${prefix}-...")`);
  }
  if (missing.length === 0) return;
  const [first, ...others] = missing;
  throw new AwsError(
    notFound,
    others.length === 0
      ? `${label} '${first ?? ""}' does not exist`
      : `${label}s '${missing.join(", ")}' do not exist`,
  );
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

export function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
