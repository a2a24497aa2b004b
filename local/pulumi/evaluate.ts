/**
 * Evaluates a Pulumi program in this process. The SDK works out the order, from data and from dependsOn; each
 * resource is made once its inputs are known. The one file that uses parts of the SDK that its types don't show.
 */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import type { Stack } from "./stack";

export interface Engine {
  /** Makes a resource, given secrets in plain text; the result is its id ("" where none is known) and all its outputs. */
  newResource(args: pulumi.runtime.MockResourceArgs): Promise<{ id: string; state: Record<string, unknown> }>;
  call(args: pulumi.runtime.MockCallArgs): Promise<Record<string, unknown>>;
}

/** A stack output; a secret keeps its value to itself unless it is asked to reveal it. */
export type StackOutput = { secret: false; value: unknown } | { secret: true; value?: unknown };

/** Stands for a value that is not known yet in a preview. */
export const unknown = "(unknown)";

/** A resource as the program registers it. */
export interface Registration {
  type: string;
  name: string;
  urn: string;
  /** False for a component. */
  custom: boolean;
  /** Secrets are unwrapped, an asset is its path. */
  inputs: Record<string, unknown>;
  /** The same with "(secret)" in the place of secrets. */
  maskedInputs: Record<string, unknown>;
  /** What a component registered when it was complete, secrets masked; undefined before that. */
  registeredOutputs?: Record<string, unknown>;
  /** The parent's URN; empty at the top. */
  parent: string;
  /** Sorted URNs of what it waits for though none of its inputs comes from there. */
  dependsOn: string[];
  /** Every option that asks for something, by its name in pulumi.CustomResourceOptions. */
  options: Record<string, unknown>;
  /** URN and id of an explicit provider; empty for the default one. */
  provider: string;
}

export interface EvaluateOptions {
  /** Evaluates as `pulumi preview` does: an output that the engine leaves out is unknown. */
  preview?: boolean;
  /** Keeps the values of secret outputs. */
  revealSecrets?: boolean;
  /** Filled, by URN, with everything the program registers. Describing it takes time. */
  registrations?: Map<string, Registration>;
}

const { withLocalStorage } = state as unknown as { withLocalStorage: <T>(run: () => T) => T };

/**
 * Each evaluation has an SDK store of its own: what a failed one leaves behind continues in the background.
 * @param program path of the program's module
 * @throws the first error of the program or of the engine, as soon as it happens
 */
export function evaluate(
  program: string,
  stack: Stack,
  engine: Engine,
  options: EvaluateOptions = {},
): Promise<Record<string, StackOutput>> {
  return withLocalStorage(() => evaluateInStore(program, stack, engine, options));
}

async function evaluateInStore(
  program: string,
  { project, stack, config }: Stack,
  engine: Engine,
  options: EvaluateOptions,
): Promise<Record<string, StackOutput>> {
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // The SDK settles nothing that waits for a failed resource, and reports one failure many times over: the
  // first one decides, and whatever waits for it stays waiting.
  const orFail = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      fail(error);
      return new Promise<never>(() => undefined);
    }
  };
  // It stays after a failure: what else was under way may fail too, and must not end the process before it has
  // cleaned up.
  process.on("unhandledRejection", fail);
  const secretOutputs = new Map<string, string[]>();
  pulumi.runtime.setAllConfig(config);
  await pulumi.runtime.setMocks(
    {
      newResource: args =>
        orFail(async () => {
          const { id, state } = await engine.newResource({ ...args, inputs: revealed(args.inputs) });
          // As in an engine, what was secret as an input is secret as an output.
          const secretInputs = Object.entries(args.inputs as object).filter(([, value]) =>
            holdsSecret(value),
          );
          const declaredSecret = secretOutputs.get(`${args.type}::${args.name}`) ?? [];
          for (const key of [...secretInputs.map(([key]) => key), ...declaredSecret]) {
            if (state[key] !== undefined) state[key] = pulumi.secret(state[key]);
          }
          return { id, state };
        }),
      call: args => orFail(() => engine.call({ ...args, inputs: revealed(args.inputs) })),
    },
    project,
    stack,
    options.preview ?? false,
  );
  watchRegistrations(secretOutputs, options.registrations, fail);
  const outputs = await Promise.race([failure, load(program, options.revealSecrets ?? false)]);
  process.off("unhandledRejection", fail);
  return outputs;
}

/** What an output knows at run time; its declared type keeps it from programs. */
interface InspectableOutput {
  promise(withUnknowns: boolean): Promise<unknown>;
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
}

async function load(program: string, revealSecrets: boolean): Promise<Record<string, StackOutput>> {
  const exported = createRequire(__filename)(program) as Record<string, unknown>;
  await pulumi.runtime.disconnect();
  const outputs: Record<string, StackOutput> = {};
  for (const [name, exportedValue] of Object.entries(exported)) {
    const output = pulumi.output(exportedValue) as unknown as InspectableOutput;
    const settled = await output.promise(true);
    const value = (await output.isKnown) ? settled : unknown;
    const secret = await output.isSecret;
    outputs[name] = secret && !revealSecrets ? { secret } : { secret, value };
  }
  // The process hears of a throw in the last `apply` once this turn of its event loop is over.
  await new Promise(setImmediate);
  return outputs;
}

/** A resource's inputs with their secrets unwrapped: whoever makes a resource needs the values. */
function revealed(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return revealed(pulumi.runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(revealed);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, revealed(element)]));
}

function holdsSecret(value: unknown): boolean {
  if (pulumi.runtime.isRpcSecret(value)) return true;
  return (Array.isArray(value) || isPlainObject(value)) && Object.values(value).some(holdsSecret);
}

/** Not an asset, which is an object of a class. */
function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A request to the resource monitor, as far as it is read here: RegisterResourceRequest of pulumi/resource.proto. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getProvider(): string;
  getObject(): WireStruct;
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { forEach(visit: (of: { getUrnsList(): string[] }) => void): void };
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getAliasesList(): { getUrn(): string; getSpec(): { getType(): string } | undefined }[];
  getImportid(): string;
  getDeletedwith(): string;
  getCustomtimeouts(): { toObject(): object } | undefined;
}

interface WireStruct {
  toJavaScript(): Record<string, unknown>;
}

type Callback = (error: unknown, response?: { getUrn(): string }) => void;

interface Monitor {
  registerResource(request: RegisterRequest, callback: Callback): void;
  registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): WireStruct },
    callback: (error: unknown) => void,
  ): void;
}

/**
 * Mocks see neither options nor order, and pass over `additionalSecretOutputs`, by which a provider's SDK says
 * which of its outputs are secret: the requests have them. Nor do they refuse a URN that exists, as an engine does.
 * @param secretOutputs filled with the names of a resource's secret outputs, by "type::name"
 */
function watchRegistrations(
  secretOutputs: Map<string, string[]>,
  registrations: Map<string, Registration> | undefined,
  fail: (error: unknown) => void,
): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const registerResource = monitor.registerResource.bind(monitor);
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);
  const urns = new Set<string>();

  monitor.registerResource = (request, callback) => {
    const keys = request.getAdditionalsecretoutputsList();
    if (keys.length > 0) secretOutputs.set(`${request.getType()}::${request.getName()}`, keys);
    registerResource(request, (error, response) => {
      if (response) {
        const urn = response.getUrn();
        if (urns.has(urn)) fail(new Error(`two resources have the URN ${urn}`));
        urns.add(urn);
        registrations?.set(urn, describe(urn, request));
      }
      callback(error, response);
    });
  };
  monitor.registerResourceOutputs = (request, callback) => {
    const component = registrations?.get(request.getUrn());
    if (component) component.registeredOutputs = plainFields(request.getOutputs().toJavaScript(), "masked");
    registerResourceOutputs(request, callback);
  };
}

function describe(urn: string, request: RegisterRequest): Registration {
  const inputs = request.getObject().toJavaScript();
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

/** A value of the wire as people read it. */
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
      throw new Error(`no plain form is known of ${JSON.stringify(value)}`);
  }
}

function plainFields(
  fields: Record<string, unknown>,
  secrets: "revealed" | "masked",
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, plain(field, secrets)]));
}
