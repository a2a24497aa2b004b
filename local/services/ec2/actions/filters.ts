/** Filters of EC2's Describe actions. Source: EC2 API Reference, "Filter". */
import { AwsError } from "../../../api/aws-error";
import { matchesPattern, patternOf, type Pattern } from "./glob";

export interface Filter {
  Name?: string;
  Values?: readonly string[];
}

export type Value = string | number | boolean | undefined;

/** For each filter of an action, the item's values that it matches against; an item without values never matches. */
export type Filterable<Item> = Record<string, (item: Item) => Value | readonly Value[]>;

/** Network interfaces have a TagSet. */
export interface Tagged {
  Tags?: { Key?: string; Value?: string }[];
  TagSet?: { Key?: string; Value?: string }[];
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
        .some(value => value !== undefined && patterns.some(matchesText(Array.from(String(value)))));
  });
  return item => predicates.every(matches => matches(item));
}

const matchesText = (text: readonly string[]) => (pattern: Pattern) => matchesPattern(pattern, text);

function valuesOf<Item extends Tagged>(
  name: string,
  filterable: Filterable<Item>,
): Filterable<Item>[string] | undefined {
  const tagsOf = ({ Tags, TagSet = [] }: Tagged) => Tags ?? TagSet;
  if (name === "tag-key") return item => tagsOf(item).map(({ Key }) => Key);
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return item =>
      tagsOf(item)
        .filter(({ Key }) => Key === key)
        .map(({ Value }) => Value);
  }
  return Object.hasOwn(filterable, name) ? filterable[name] : undefined;
}
