/** Which parameters of a request an action supports. */
import { closest } from "./closest";
import type { Action } from "./service";

/**
 * What is to be said of the first parameter that the action neither acts on nor keeps, as a path without indexes;
 * undefined if there is none.
 */
export function unsupportedParameterOf(
  name: string,
  { parameters, inert = [] }: Pick<Action<never>, "parameters" | "inert">,
  input: object,
): string | undefined {
  const supported = new Set<string>([...parameters, ...inert]);
  // An empty list or structure is at no part's path, but above it.
  const isAbove = (path: string) => [...supported].some(each => each.startsWith(`${path}.`));
  const unsupported = leavesOf(input, "").find(
    path => !prefixesOf(path).some(prefix => supported.has(prefix)) && !isAbove(path),
  );
  if (unsupported === undefined) return undefined;
  const nearest = closest(unsupported, [...supported]);
  return (
    `The local region does not support the parameter ${unsupported} of ${name}.` +
    (nearest.length > 0 ? ` The nearest that it supports: ${nearest.join(", ")}.` : "")
  );
}

/** The paths of all values; those of a list's elements are the list's. */
function leavesOf(value: unknown, path: string): string[] {
  if (Array.isArray(value))
    return value.length === 0 ? [path] : value.flatMap(element => leavesOf(element, path));
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
    return value === undefined ? [] : [path];
  const members = Object.entries(value);
  if (members.length === 0 && path !== "") return [path];
  return members.flatMap(([name, member]) => leavesOf(member, path === "" ? name : `${path}.${name}`));
}

/** "A", "A.B" and "A.B.C" for "A.B.C". */
function prefixesOf(path: string): string[] {
  const parts = path.split(".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("."));
}
