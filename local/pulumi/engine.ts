/** Creates the resources that the evaluated program registers, translating between Pulumi's terms and the region's. */
import { closest } from "../api/closest";
import { providerPrefix, type DeclaredName, type Engine } from "./evaluate";
import { invoke, type DataSourceContext } from "./data-sources";
import type { DeclaredResources } from "./declared-resources";

export class RegionEngine implements Engine {
  /** Default tags by provider name. */
  private readonly defaultTags = new Map<string, Record<string, string>>();

  /** @param without resources to skip, as "Kind:name"; whatever depends on them sees no id and no outputs */
  constructor(
    private readonly resources: Pick<DeclaredResources, "create">,
    private readonly dataSources: DataSourceContext,
    private readonly without: readonly string[] = [],
  ) {}

  newResource: Engine["newResource"] = async ({ type, name, inputs: declared, provider, custom }) => {
    const inputs = declared as Record<string, unknown>;
    if (custom === false) return { id: "", state: inputs };
    if (type.startsWith(providerPrefix)) {
      this.defaultTags.set(name, tagsOf(inputs["defaultTags"]));
      return { id: name, state: inputs };
    }
    if (this.without.includes(kindAndName({ type, name }))) return { id: "", state: {} };
    const tagged = { ...inputs };
    // Auto Scaling groups have a list of tags, to which default tags don't apply.
    if (inputs["tags"] !== undefined && !Array.isArray(inputs["tags"]))
      tagged["tags"] = { ...this.defaultTags.get(providerName(provider)), ...(inputs["tags"] as object) };
    const { id, outputs } = await this.resources.create({ type, name, inputs: tagged });
    return { id, state: { ...inputs, ...outputs } };
  };

  call: Engine["call"] = ({ token, inputs }) => Promise.resolve(invoke(this.dataSources, token, inputs));

  /** @throws if the program declares no resource of a name that should be left out, with the nearest names */
  assertDeclared(declared: readonly DeclaredName[]): void {
    const names = declared.map(kindAndName);
    const problems = this.without
      .filter(name => !names.includes(name))
      .map(
        name =>
          `--without ${name}: the program declares no such resource; the nearest: ${closest(name, names).join(", ")}`,
      );
    if (problems.length > 0) throw new Error(problems.join("\n"));
  }
}

/** As `--without` takes it. */
function kindAndName({ type, name }: DeclaredName): string {
  return `${type.split(":").at(-1) ?? ""}:${name}`;
}

/** Provider options arrive as JSON strings. */
function tagsOf(defaultTags: unknown): Record<string, string> {
  const parsed: unknown = typeof defaultTags === "string" ? JSON.parse(defaultTags) : defaultTags;
  return (parsed as { tags?: Record<string, string> } | undefined)?.tags ?? {};
}

/** "urn:pulumi:dev::elastic-fleet::pulumi:providers:aws::NAME::ID" */
function providerName(reference: string | undefined): string {
  return reference?.split("::")[3] ?? "";
}
