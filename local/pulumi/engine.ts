/** Makes what the evaluated program registers: between Pulumi's terms and the region's. */
import type { Engine } from "./evaluate";
import { invoke, type DataSourceContext } from "./data-sources";
import type { DeclaredResources } from "./declared-resources";

type NewResource = Engine["newResource"];
type Call = Engine["call"];

export class RegionEngine implements Engine {
  /** Default tags by the name of the provider that adds them. */
  private readonly defaultTags = new Map<string, Record<string, string>>();
  private readonly leftOut = new Set<string>();

  /** @param without resources that are left unmade, "Kind:name"; whatever uses them finds nothing there */
  constructor(
    private readonly resources: Pick<DeclaredResources, "create">,
    private readonly dataSources: DataSourceContext,
    private readonly without: readonly string[] = [],
  ) {}

  newResource: NewResource = async ({ type, name, inputs: declared, provider, custom }) => {
    const inputs = declared as Record<string, unknown>;
    if (custom === false) return { id: "", state: inputs };
    if (type.startsWith("pulumi:providers:")) {
      this.defaultTags.set(name, tagsOf(inputs["defaultTags"]));
      return { id: name, state: inputs };
    }
    const kind = `${type.split(":").at(-1) ?? ""}:${name}`;
    if (this.without.includes(kind)) {
      this.leftOut.add(kind);
      return { id: "", state: {} };
    }
    const tagged = { ...inputs };
    // A list is an Auto Scaling group's: default tags do not reach it.
    if (inputs["tags"] !== undefined && !Array.isArray(inputs["tags"])) {
      tagged["tags"] = { ...this.defaultTags.get(providerName(provider)), ...(inputs["tags"] as object) };
    }
    const { id, outputs } = await this.resources.create({ type, name, inputs: tagged });
    return { id, state: { ...inputs, ...outputs } };
  };

  call: Call = ({ token, inputs }) => Promise.resolve(invoke(this.dataSources, token, inputs));

  /** @throws when something that was to be left out is not declared at all */
  assertAllLeftOut(): void {
    const unknown = this.without.filter(kind => !this.leftOut.has(kind));
    if (unknown.length > 0) {
      throw new Error(
        `the program declares no ${unknown.join(", ")}; name resources as NetworkAclRule:data-ingress-ssh`,
      );
    }
  }
}

/** Options of a provider arrive as JSON in text. */
function tagsOf(defaultTags: unknown): Record<string, string> {
  const parsed: unknown = typeof defaultTags === "string" ? JSON.parse(defaultTags) : defaultTags;
  return (parsed as { tags?: Record<string, string> } | undefined)?.tags ?? {};
}

/** "urn:pulumi:dev::elastic-fleet::pulumi:providers:aws::NAME::ID" */
function providerName(reference: string | undefined): string {
  return reference?.split("::")[3] ?? "";
}
