/** AWS's own model of its APIs, as the SDK's clients carry it: which members a structure has, and which it must have. */
import type { NormalizedSchema } from "@smithy/core/schema";

export type Shape = NormalizedSchema;

/** @returns the shape of each member by a name that the protocol gives it */
export function membersBy(
  nameOf: (member: string, shape: Shape) => string,
  structure: Shape,
): Map<string, { member: string; shape: Shape }> {
  const members = new Map<string, { member: string; shape: Shape }>();
  for (const [member, shape] of structure.structIterator())
    members.set(nameOf(member, shape), { member, shape });
  return members;
}

/** The names of members that a structure can't be without: in the model those that are listed first. */
export function requiredMembers(structure: Shape): string[] {
  const schema = structure.getSchema();
  return Array.isArray(schema) && schema[0] === 3 ? schema[4].slice(0, schema[6] ?? 0) : [];
}

export function expectedScalar(shape: Shape): string {
  if (shape.isBooleanSchema()) return "true or false";
  if (shape.isNumericSchema()) return "a number";
  if (shape.isTimestampSchema()) return "a timestamp";
  return "a string";
}
