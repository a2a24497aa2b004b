/** What Auto Scaling's actions share. */
import type { AutoScaling } from "../auto-scaling";
import type { AutoScalingGroup } from "../group";
import { assertPageSize, pageOf } from "../../../api/paging";
import { AwsError, validationError } from "../../../api/aws-error";

export function page<Item>(
  items: readonly Item[],
  { NextToken, MaxRecords = 50 }: { NextToken?: string; MaxRecords?: number },
  largest: number,
): { items: Item[]; NextToken?: string } {
  assertPageSize(MaxRecords, "MaxRecords", largest);
  const paged = pageOf(items, MaxRecords, NextToken);
  if (!paged) throw new AwsError("InvalidNextToken", `The token '${NextToken ?? ""}' is invalid.`);
  return { items: paged.page, NextToken: paged.next };
}

export function groupNamed(autoScaling: AutoScaling, name = ""): AutoScalingGroup {
  const group = autoScaling.groups.get(name);
  if (group) return group;
  throw validationError(`AutoScalingGroup name not found - AutoScalingGroup ${name} not found`);
}

/** The named group, or all groups if no name is given. */
export function groupsNamed(autoScaling: AutoScaling, name: string | undefined): AutoScalingGroup[] {
  return name === undefined ? [...autoScaling.groups.values()] : [groupNamed(autoScaling, name)];
}
