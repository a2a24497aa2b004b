/**
 * Evaluates a Pulumi program in this process. The SDK derives the order from data and dependsOn, and each resource is
 * created once its inputs are known. Only this file uses parts of the SDK that its types don't declare.
 */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import * as state from "@pulumi/pulumi/runtime/state";
import type { Declaration } from "./declared-resources";
import type { Stack } from "./stack";

export interface Engine {
  /** Creates a resource from inputs with secrets in plain text; resolves to its id ("" if it has none) and all outputs. */
  newResource(args: pulumi.runtime.MockResourceArgs): Promise<{ id: string; state: Record<string, unknown> }>;
  call(args: pulumi.runtime.MockCallArgs): Promise<Record<string, unknown>>;
}

/** A stack output; a secret one has a value only if secrets are revealed. */
export type StackOutput = { secret: false; value: unknown } | { secret: true; value?: unknown };

/** Replaces values that aren't known yet in a preview. */
export const unknown = "(unknown)";

export type DeclaredName = Pick<Declaration, "type" | "name">;

export interface EvaluateOptions {
  /** Evaluates like `pulumi preview`: outputs that the engine omits are unknown. */
  preview?: boolean;
  /** Keeps the values of secret outputs. */
  revealSecrets?: boolean;
  /**
   * Called with what the program declares before it waits for any of it, components and providers aside, and before any
   * of it is created; what it rejects with fails the evaluation.
   */
  beforeCreation?: (declared: DeclaredName[]) => Promise<void>;
  /** Called with each registered resource, and with a component's outputs once it registers them. */
  onRegister?: (urn: string, request: RegisterResourceRequest) => void;
  onRegisterOutputs?: (request: RegisterResourceOutputsRequest) => void;
}

/** Precedes a provider's name in its type. */
export const providerPrefix = "pulumi:providers:";

const sdkRequire = createRequire(__filename);
const { withLocalStorage, getStore } = state as unknown as {
  withLocalStorage: <T>(run: () => T) => T;
  getStore: () => object;
};

/**
 * Each evaluation has its own SDK store, because a failed one may leave work running in the background.
 * @param program path of the program's module
 * @throws the first error of the program or of the engine, as soon as it happens
 */
export function evaluate(
  program: string,
  { project, stack, config }: Stack,
  engine: Engine,
  options: EvaluateOptions = {},
): Promise<Record<string, StackOutput>> {
  return withLocalStorage(async () => {
    let fail: (error: unknown) => void = () => undefined;
    let failed = false;
    const failure = new Promise<never>((_, reject) => {
      fail = reject;
    }).finally(() => (failed = true));
    // The SDK never settles what depends on a failed resource, and reports one failure many times. The first failure
    // rejects the evaluation; its dependents, and whatever else would still be created, stay pending.
    const orFail = async <T>(work: () => Promise<T>): Promise<T> => {
      if (failed) return new Promise<never>(() => undefined);
      try {
        return await work();
      } catch (error) {
        fail(error);
        return new Promise<never>(() => undefined);
      }
    };
    // Kept after a failure: other work in progress may fail too, and must not end the process before it has cleaned up.
    process.on("unhandledRejection", fail);
    const secretOutputs = new Map<string, string[]>();
    const declared = watchDeclarations();
    let checked: Promise<void> | undefined;
    // The SDK requests nothing before the program pauses.
    const check = () => (checked ??= options.beforeCreation?.(declared) ?? Promise.resolve());
    pulumi.runtime.setAllConfig(config);
    await pulumi.runtime.setMocks(
      {
        newResource: args =>
          orFail(async () => {
            if (!args.type.startsWith(providerPrefix)) await check();
            const { id, state } = await engine.newResource({ ...args, inputs: unwrapSecrets(args.inputs) });
            // As in Pulumi's engine, secret inputs are secret outputs.
            const secretInputs = Object.entries(args.inputs as object).filter(([, value]) =>
              containsSecret(value),
            );
            const declaredSecret = secretOutputs.get(`${args.type}::${args.name}`) ?? [];
            for (const key of [...secretInputs.map(([key]) => key), ...declaredSecret]) {
              if (state[key] !== undefined) state[key] = pulumi.secret(state[key]);
            }
            return { id, state };
          }),
        call: args => orFail(() => engine.call({ ...args, inputs: unwrapSecrets(args.inputs) })),
      },
      project,
      stack,
      options.preview ?? false,
    );
    watchRegistrations(secretOutputs, options, fail);
    const evaluation = async () => {
      const outputs = await load(program, options.revealSecrets ?? false);
      await check();
      return outputs;
    };
    const outputs = await Promise.race([failure, evaluation()]);
    process.off("unhandledRejection", fail);
    return outputs;
  });
}

/** An output's members at run time, which its type hides from programs. */
interface InspectableOutput {
  promise(withUnknowns: boolean): Promise<unknown>;
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
}

// Where a resource is declared goes to Pulumi's engine, which isn't here; to find it, each stack is mapped to its sources.
(pulumi.Resource as unknown as { callsites: () => [] }).callsites = () => [];

/** The module object itself, whose function the constructor of every resource calls. */
const registration = sdkRequire("@pulumi/pulumi/runtime/resource") as {
  registerResource: (...args: [unknown, unknown, string, string, boolean, ...unknown[]]) => void;
};
/** By the evaluation's store. */
const declarations = new WeakMap<object, DeclaredName[]>();
const { registerResource } = registration;
registration.registerResource = (...args) => {
  const [, , type, name, custom] = args;
  if (custom && !type.startsWith(providerPrefix)) declarations.get(getStore())?.push({ type, name });
  registerResource(...args);
};

/** @returns what the program declares from now on */
function watchDeclarations(): DeclaredName[] {
  const declared: DeclaredName[] = [];
  declarations.set(getStore(), declared);
  return declared;
}

/** What a program exports: its outputs, or a function that declares everything and resolves to them. */
type Outputs = Record<string, unknown>;

async function load(program: string, revealSecrets: boolean): Promise<Record<string, StackOutput>> {
  const loaded = sdkRequire(program) as Outputs | (() => Promise<Outputs>);
  const exported = typeof loaded === "function" ? await loaded() : loaded;
  await pulumi.runtime.disconnect();
  const outputs: Record<string, StackOutput> = {};
  for (const [name, exportedValue] of Object.entries(exported)) {
    const output = pulumi.output(exportedValue) as unknown as InspectableOutput;
    const settled = await output.promise(true);
    const value = (await output.isKnown) ? settled : unknown;
    const secret = await output.isSecret;
    outputs[name] = secret && !revealSecrets ? { secret } : { secret, value };
  }
  // An error thrown in the last `apply` surfaces only after this turn of the event loop.
  await new Promise(setImmediate);
  return outputs;
}

function unwrapSecrets(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return unwrapSecrets(pulumi.runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrapSecrets);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, unwrapSecrets(element)]));
}

function containsSecret(value: unknown): boolean {
  if (pulumi.runtime.isRpcSecret(value)) return true;
  return (Array.isArray(value) || isPlainObject(value)) && Object.values(value).some(containsSecret);
}

/** False for assets, which are class instances. */
function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

type Callback = (error: unknown, response?: { getUrn(): string }) => void;

interface Monitor {
  registerResource(request: RegisterResourceRequest, callback: Callback): void;
  registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: (error: unknown) => void): void;
}

/**
 * Reads from the requests what mocks ignore: `additionalSecretOutputs`, with which a provider's SDK marks secret
 * outputs. Also rejects duplicate URNs, as Pulumi's engine does.
 * @param secretOutputs filled with the names of each resource's secret outputs, by "type::name"
 */
function watchRegistrations(
  secretOutputs: Map<string, string[]>,
  { onRegister, onRegisterOutputs }: EvaluateOptions,
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
        if (urns.has(urn)) fail(new Error(`duplicate resource URN ${urn}`));
        urns.add(urn);
        onRegister?.(urn, request);
      }
      callback(error, response);
    });
  };
  monitor.registerResourceOutputs = (request, callback) => {
    onRegisterOutputs?.(request);
    registerResourceOutputs(request, callback);
  };
}
