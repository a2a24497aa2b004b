/** Ids, ARNs and names that the API has answered, found again by the names of members that take them. */
import type { Random } from "./random";

/** The latest of each kind; earlier ones are mostly deleted. */
const remembered = 30;

/** Members that take a value which answers have under another name. */
const aliases: Record<string, string> = {
  gatewayid: "internetgatewayid",
  group: "groupid",
  id: "instanceid",
  iaminstanceprofilename: "instanceprofilename",
  iaminstanceprofilearn: "instanceprofilearn",
  resource: "*id",
  resourceid: "*id",
  resourcename: "*arn",
  securitygroup: "groupid",
  sourcesecuritygroupid: "groupid",
  subnet: "subnetid",
  targetid: "instanceid",
  vpczoneidentifier: "subnetid",
};

/** "SubnetIds" is of the same kind as "SubnetId". */
export function kindOf(member: string): string {
  return member
    .toLowerCase()
    .replace(/ies$/, "y")
    .replace(/(ss|x|ch)es$/, "$1")
    .replace(/(?<![su])s$/, "");
}

/** Ids and ARNs that a call has so far: its further ones should have to do with them. */
export type Context = Set<string>;

const isIdentity = (value: string) => /^[a-z-]+-[0-9a-f]{17}$/.test(value) || value.startsWith("arn:");

export class KnownValues {
  private readonly byKind = new Map<string, string[]>();
  /** For each value, the ids and ARNs that have stood in one description with it. */
  private readonly related = new Map<string, Set<string>>();

  /** Remembers all texts of an answer. */
  learn(value: unknown, member = "", parent = ""): void {
    if (typeof value === "string") this.add(value, kindOf(member), kindOf(parent));
    else if (Array.isArray(value)) for (const element of value) this.learn(element, member, parent);
    else if (typeof value === "object" && value !== null && !(value instanceof Date)) {
      this.relate(value);
      for (const [name, part] of Object.entries(value)) this.learn(part, name, member);
    }
  }

  /** Forgets what the API says is gone. */
  forget(value: string): void {
    this.related.delete(value);
    for (const [kind, values] of this.byKind) {
      const left = values.filter(each => each !== value);
      if (left.length === 0) this.byKind.delete(kind);
      else this.byKind.set(kind, left);
    }
  }

  /** A value for the member of the structure `parent`; undefined if no answer has had one. */
  pick(random: Random, member: string, parent: string, context: Context): string | undefined {
    const kind = kindOf(member);
    const qualified = kindOf(parent) + kind;
    const names = [qualified, aliases[qualified], aliases[kind], kind, this.longestEndOf(kind)];
    if (kind.endsWith("arn")) names.push("*arn");
    const kinds = names.filter(name => name !== undefined && this.byKind.has(name));
    // "routetableassociationid" is an "associationid", too.
    const narrower = kind.length > 6 ? [...this.byKind.keys()].filter(known => known.endsWith(kind)) : [];
    const chosen = narrower.length > 0 && random.chance(0.5) ? random.of(narrower) : kinds[0];
    const values = chosen === undefined ? undefined : this.byKind.get(chosen);
    if (!values) return undefined;
    const value = random.of(random.chance(0.8) ? this.fitting(values, context) : values);
    if (isIdentity(value)) context.add(value);
    return value;
  }

  /** Those that belong to what the context names; or else those that belong to the same; or else all. */
  private fitting(values: readonly string[], context: Context): readonly string[] {
    const relatedTo = (value: string) => this.related.get(value) ?? new Set<string>();
    const ids = [...context];
    const near = values.filter(value => ids.some(id => relatedTo(value).has(id)));
    if (near.length > 0) return near;
    const around = new Set(ids.flatMap(id => [...relatedTo(id)]));
    const far = values.filter(value => [...relatedTo(value)].some(id => around.has(id)));
    return far.length > 0 ? far : values;
  }

  /** A description is an object that has an id of its own; what it holds belongs to it. */
  private relate(description: object): void {
    const isDescription = Object.values(description).some(
      value => typeof value === "string" && isIdentity(value),
    );
    if (!isDescription) return;
    const texts = textsIn(description);
    const ids = texts.filter(isIdentity);
    for (const text of texts) {
      const related = this.related.get(text) ?? new Set();
      for (const id of ids) related.add(id);
      this.related.set(text, related);
    }
  }

  /** The most specific known kind that the kind ends with: "groupid" for "vpcsecuritygroupid". */
  private longestEndOf(kind: string): string | undefined {
    const ends = [...this.byKind.keys()].filter(known => known.length > 3 && kind.endsWith(known));
    return ends.sort((a, b) => b.length - a.length)[0];
  }

  private add(value: string, kind: string, parent: string): void {
    if (value === "" || value.length > 300) return;
    const kinds = [kind, parent + kind];
    if (isIdentity(value)) kinds.push(value.startsWith("arn:") ? "*arn" : "*id");
    for (const each of new Set(kinds)) {
      const values = this.byKind.get(each) ?? [];
      if (values.includes(value)) continue;
      values.push(value);
      this.byKind.set(each, values.slice(-remembered));
    }
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  return Object.values(value).flatMap(textsIn);
}
