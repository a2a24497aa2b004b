/** Filters of EC2's Describe actions. Source: EC2 API Reference, "Filter". */
import { AwsError } from "../../../api/aws-error";

export interface Filter {
  Name?: string;
  Values?: readonly string[];
}

export type Value = string | number | boolean | undefined;

/** For each filter of an action, the item's values that it matches against; an item without values never matches. */
export type Filterable<Item> = Record<string, (item: Item) => Value | readonly Value[]>;

interface Tagged {
  Tags?: { Key?: string; Value?: string }[];
}

/**
 * Values of one filter are ORed, filters are ANDed. Every action supports `tag:KEY` and `tag-key`.
 * @throws AwsError for an unknown filter
 */
export function matching<Item extends Tagged>(
  filters: readonly Filter[],
  filterable: Filterable<Item>,
): (item: Item) => boolean {
  const predicates = filters.map(({ Name = "", Values = [] }) => {
    const actual = valuesOf(Name, filterable);
    if (!actual) throw new AwsError("InvalidParameterValue", `The filter '${Name}' is invalid`);
    const patterns = Values.map(patternOf);
    return (item: Item) =>
      [actual(item)]
        .flat()
        .some(value => value !== undefined && patterns.some(pattern => pattern.test(String(value))));
  });
  return item => predicates.every(matches => matches(item));
}

function valuesOf<Item extends Tagged>(
  name: string,
  filterable: Filterable<Item>,
): Filterable<Item>[string] | undefined {
  if (name === "tag-key") return ({ Tags = [] }) => Tags.map(({ Key }) => Key);
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return ({ Tags = [] }) => Tags.filter(({ Key }) => Key === key).map(({ Value }) => Value);
  }
  return Object.hasOwn(filterable, name) ? filterable[name] : undefined;
}

/** "*" and "?" are wildcards unless a backslash precedes them (EC2 User Guide, "List and filter"). */
function patternOf(value: string): RegExp {
  const source = value.replaceAll(/\\?[^]/gu, each => {
    if (each === "*") return ".*";
    if (each === "?") return ".";
    return each.replace(/^\\(?=[^])/u, "").replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  });
  return new RegExp(`^${source}$`, "su");
}
