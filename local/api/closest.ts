import { distance } from "fastest-levenshtein";

/** The names that are most like one that doesn't exist, best first. */
export function closest(name: string, names: readonly string[], count = 3): string[] {
  return [...names]
    .map(each => ({ each, distance: distance(name.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ each }) => each);
}
