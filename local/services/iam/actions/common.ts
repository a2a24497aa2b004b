/** What IAM's List actions share, and how it writes policy documents. */
import { assertPageSize, pageOf } from "../../../api/paging";
import type { PolicyDocument } from "../policy-documents";
import { refusals } from "../refusals";

export const pageParameters = ["Marker", "MaxItems"] as const;

/** Source: IAM API Reference, "ListRoles". */
const defaultPage = 100;
const largestPage = 1000;

/** @throws AwsError for a page size out of range, or a marker that isn't one */
export function page<Item>(
  items: readonly Item[],
  { Marker, MaxItems = defaultPage }: { Marker?: string; MaxItems?: number },
): { items: Item[]; IsTruncated: boolean; Marker?: string } {
  assertPageSize(MaxItems, "MaxItems", largestPage);
  const paged = pageOf(items, MaxItems, Marker);
  if (!paged) throw refusals.invalidMarker();
  const { page: pageItems, next } = paged;
  return { items: pageItems, IsTruncated: next !== undefined, ...(next !== undefined && { Marker: next }) };
}

export function byName<Item extends { name: string }>(items: Iterable<Item>): Item[] {
  return [...items].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Percent-encoded as in RFC 3986, which reserves more than URI components do. */
export function encoded({ text }: PolicyDocument): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
