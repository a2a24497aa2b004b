/** What Elastic Load Balancing's Describe actions have in common. */
import { assertPageSize, pageOf } from "../../../api/paging";
import { AwsError } from "../../../api/aws-error";

/** Source: ELB API Reference, "PageSize". */
const largestPage = 400;

export function page<Item>(
  items: readonly Item[],
  { Marker, PageSize = largestPage }: { Marker?: string; PageSize?: number },
): { items: Item[]; NextMarker?: string } {
  assertPageSize(PageSize, "PageSize", largestPage);
  const paged = pageOf(items, PageSize, Marker);
  if (!paged) throw new AwsError("ValidationError", "The specified marker is not valid");
  return { items: paged.page, NextMarker: paged.next };
}

/** Names, ARNs and the like are mutually exclusive. */
export function assertOneKind(kinds: Record<string, readonly string[]>): void {
  const given = Object.entries(kinds).filter(([, values]) => values.length > 0);
  if (given.length > 1) {
    throw new AwsError(
      "ValidationError",
      `You can specify only one of the following: ${given.map(([kind]) => kind).join(", ")}`,
    );
  }
}

export function assertArns(arns: readonly string[], kind: string, form: RegExp): void {
  const nonsense = arns.find(arn => !form.test(arn));
  if (nonsense !== undefined)
    throw new AwsError("ValidationError", `'${nonsense}' is not a valid ${kind} ARN`);
}

/** The name in an ARN that ends with name and id. */
export function nameOf(arn: string): string {
  return arn.split("/").at(-2) ?? "";
}
