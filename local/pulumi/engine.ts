/** Creates the resources that the evaluated program registers, translating between Pulumi's terms and the region's. */
import type { Engine } from "./evaluate";
import { invoke, type DataSourceContext } from "./data-sources";
import type { DeclaredResources } from "./declared-resources";

export class RegionEngine implements Engine {
  /** Default tags by provider name. */
  private readonly defaultTags = new Map<string, Record<string, string>>();
  private readonly skipped = new Set<string>();

  /** @param without resources to skip, as "Kind:name"; whatever depends on them sees no id and no outputs */
  constructor(
    private readonly resources: Pick<DeclaredResources, "create">,
    private readonly dataSources: DataSourceContext,
    private readonly without: readonly string[] = [],
  ) {}

  newResource: Engine["newResource"] = async ({ type, name, inputs: declared, provider, custom }) => {
    const inputs = declared as Record<string, unknown>;
    if (custom === false) return { id: "", state: inputs };
    if (type.startsWith("pulumi:providers:")) {
      this.defaultTags.set(name, tagsOf(inputs["defaultTags"]));
      return { id: name, state: inputs };
    }
    const kind = `${type.split(":").at(-1) ?? ""}:${name}`;
    if (this.without.includes(kind)) {
      this.skipped.add(kind);
      return { id: "", state: {} };
    }
    const tagged = { ...inputs };
    // Auto Scaling groups have a list of tags, to which default tags don't apply.
    if (inputs["tags"] !== undefined && !Array.isArray(inputs["tags"]))
      tagged["tags"] = { ...this.defaultTags.get(providerName(provider)), ...(inputs["tags"] as object) };
    const { id, outputs } = await this.resources.create({ type, name, inputs: tagged });
    return { id, state: { ...inputs, ...outputs } };
  };

  call: Engine["call"] = ({ token, inputs }) => Promise.resolve(invoke(this.dataSources, token, inputs));

  /** @throws if the program doesn't declare a resource that should be skipped */
  assertAllLeftOut(): void {
    const undeclared = this.without.filter(kind => !this.skipped.has(kind));
    if (undeclared.length > 0)
      throw new Error(
        `the program declares no ${undeclared.join(", ")}; name resources like NetworkAclRule:data-ingress-ssh`,
      );
  }
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
