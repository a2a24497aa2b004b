/** Records what an evaluated program registers, options and dependencies included, which the engine doesn't see. */
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { unknown, type EvaluateOptions } from "../local/pulumi/evaluate";

/** A resource as registered by the program. */
export interface Registration {
  type: string;
  name: string;
  urn: string;
  /** False for a component. */
  custom: boolean;
  /** With secrets in plain text; assets are paths. */
  inputs: Record<string, unknown>;
  /** The same with "(secret)" for secrets. */
  maskedInputs: Record<string, unknown>;
  /** A component's registered outputs, with secrets masked; undefined until it registers them. */
  registeredOutputs?: Record<string, unknown>;
  /** The parent's URN; empty at the top level. */
  parent: string;
  /** Sorted URNs of its dependencies that none of its inputs comes from. */
  dependsOn: string[];
  /** All options that are set, by their names in pulumi.CustomResourceOptions. */
  options: Record<string, unknown>;
  /** URN and id of an explicit provider; empty for the default one. */
  provider: string;
}

/** Options of an evaluation that fill `registrations`, by URN. */
export function recordInto(registrations: Map<string, Registration>): EvaluateOptions {
  return {
    onRegister: (urn, request) => registrations.set(urn, describe(urn, request)),
    onRegisterOutputs: request => {
      const component = registrations.get(request.getUrn());
      if (component)
        component.registeredOutputs = plainFields(request.getOutputs()?.toJavaScript() ?? {}, "masked");
    },
  };
}

function describe(urn: string, request: RegisterResourceRequest): Registration {
  const inputs = request.getObject()?.toJavaScript() ?? {};
  const fromInputs = new Set<string>();
  request.getPropertydependenciesMap().forEach(dependencies => {
    for (const dependency of dependencies.getUrnsList()) fromInputs.add(dependency);
  });
  const options = {
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    replacementTrigger: plain(request.getReplacementTrigger()?.toJavaScript(), "masked"),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasesList().map(alias => alias.getSpec()?.getType() ?? alias.getUrn()),
    import: request.getImportid(),
    deletedWith: request.getDeletedwith(),
    customTimeouts: Object.values(request.getCustomtimeouts()?.toObject() ?? {}).filter(Boolean),
  };
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    custom: request.getCustom(),
    inputs: plainFields(inputs, "revealed"),
    maskedInputs: plainFields(inputs, "masked"),
    parent: request.getParent(),
    dependsOn: request
      .getDependenciesList()
      .filter(dependency => !fromInputs.has(dependency))
      .sort(),
    options: Object.fromEntries(
      Object.entries(options).filter(([, value]) => value && !(Array.isArray(value) && value.length === 0)),
    ),
    provider: request.getProvider(),
  };
}

/** Converts a wire value into a readable one. */
function plain(value: unknown, secrets: "revealed" | "masked"): unknown {
  const { unknownValue, specialSigKey, specialAssetSig, specialSecretSig, specialResourceSig } =
    pulumi.runtime;
  if (value === unknownValue) return unknown;
  if (Array.isArray(value)) return value.map(element => plain(element, secrets));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  switch (fields[specialSigKey]) {
    case undefined:
      return plainFields(fields, secrets);
    case specialAssetSig:
      return fields["path"];
    case specialResourceSig:
      return fields["urn"];
    case specialSecretSig:
      return secrets === "masked" ? "(secret)" : plain(fields["value"], secrets);
    default:
      throw new Error(`unsupported wire value ${JSON.stringify(value)}`);
  }
}

function plainFields(
  fields: Record<string, unknown>,
  secrets: "revealed" | "masked",
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, plain(field, secrets)]));
}
