import { AwsError } from "../../../api/aws-error";
import { assertPageSize, pageOf } from "../../../api/paging";
import { failsConstraint } from "../../../api/protocols/faults";
import type { AutoScaling } from "../auto-scaling";
import type { AutoScalingGroup } from "../group";
import type { GroupInstance } from "../instance";
import { refusals } from "../refusals";

export function page<Item>(
  items: readonly Item[],
  { NextToken, MaxRecords = 50 }: { NextToken?: string; MaxRecords?: number },
  largest: number,
): { items: Item[]; NextToken?: string } {
  assertPageSize(MaxRecords, "MaxRecords", largest);
  const paged = pageOf(items, MaxRecords, NextToken);
  if (!paged) throw refusals.invalidNextToken(NextToken ?? "");
  return { items: paged.page, NextToken: paged.next };
}

export function groupNamed(autoScaling: AutoScaling, name = ""): AutoScalingGroup {
  const group = autoScaling.groups.get(name);
  if (group) return group;
  throw refusals.groupNotFound(name);
}

/** The group that an action is about to change. */
export function changeableGroup(autoScaling: AutoScaling, name: string | undefined): AutoScalingGroup {
  const group = groupNamed(autoScaling, name);
  if (group.isClosing) throw refusals.modifiedWhilePendingDelete();
  return group;
}

/** The named group, or all groups if no name is given. */
export function groupsNamed(autoScaling: AutoScaling, name: string | undefined): AutoScalingGroup[] {
  return name === undefined ? [...autoScaling.groups.values()] : [groupNamed(autoScaling, name)];
}

/** An instance and its group, wherever it is. */
export function managedInstance(
  autoScaling: AutoScaling,
  instanceId = "",
): { group: AutoScalingGroup; instance: GroupInstance } {
  for (const group of autoScaling.groups.values()) {
    const instance = group.instances.get(instanceId);
    if (instance) return { group, instance };
  }
  throw refusals.instanceNotFound(instanceId);
}

/** @throws AwsError unless it is absent or a whole number in the range */
export function assertInRange(
  value: number | undefined,
  parameter: string,
  [minimum, maximum]: readonly [number, number],
): void {
  if (value === undefined || (Number.isInteger(value) && value >= minimum && value <= maximum)) return;
  const limit = value > maximum ? `less than or equal to ${maximum}` : `greater than or equal to ${minimum}`;
  throw failsConstraint(String(value), parameter, `Member must have value ${limit}`);
}

/** @throws AwsError unless the text has so many characters */
export function assertLength(
  value: string,
  parameter: string,
  [minimum, maximum]: readonly [number, number],
): void {
  if (value.length >= minimum && value.length <= maximum) return;
  const limit =
    value.length > maximum ? `less than or equal to ${maximum}` : `greater than or equal to ${minimum}`;
  throw failsConstraint(value, parameter, `Member must have length ${limit}`);
}

/** @throws AwsError unless it is absent or one of the values */
export function oneOf<Value extends string>(
  value: string | undefined,
  values: readonly Value[],
  refusal: (value: string) => AwsError,
): Value | undefined {
  if (value === undefined || values.includes(value as Value)) return value as Value | undefined;
  throw refusal(value);
}
