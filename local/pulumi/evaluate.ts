/**
 * Evaluates the Pulumi program in this process. The SDK works out the order, from data and from dependsOn;
 * each resource is made when its inputs are known.
 */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "./stack";

export interface Engine {
  /** Makes a custom resource; the result is its id and all its outputs. */
  newResource(args: pulumi.runtime.MockResourceArgs): Promise<{ id: string; state: Record<string, unknown> }>;
  call(args: pulumi.runtime.MockCallArgs): Promise<Record<string, unknown>>;
}

/** A stack output; a secret keeps its value to itself. */
export type StackOutput = { secret: false; value: unknown } | { secret: true };

/**
 * @param program path of the program's module
 * @throws the first error of the program or of the engine, as soon as it happens
 */
export async function evaluate(
  program: string,
  { project, stack, config }: Stack,
  engine: Engine,
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
  // Where the evaluation fails it stays: what else was under way may fail too, and must not end the process
  // before it has cleaned up.
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
    false,
  );
  noteSecretOutputs(secretOutputs);
  const outputs = await Promise.race([failure, load(program)]);
  process.off("unhandledRejection", fail);
  return outputs;
}

/** What an output tells at run time; its declared type keeps it from programs. */
interface KnownOutput {
  promise(): Promise<unknown>;
  isSecret: Promise<boolean>;
}

async function load(program: string): Promise<Record<string, StackOutput>> {
  const exported = createRequire(__filename)(program) as Record<string, unknown>;
  await pulumi.runtime.disconnect();
  const outputs: Record<string, StackOutput> = {};
  for (const [name, value] of Object.entries(exported)) {
    const output = pulumi.output(value) as unknown as KnownOutput;
    const known = await output.promise();
    outputs[name] = (await output.isSecret) ? { secret: true } : { secret: false, value: known };
  }
  // A throw in the last `apply` is told to the process when this turn of its event loop is over.
  await new Promise(setImmediate);
  return outputs;
}

/**
 * Mocks pass over `additionalSecretOutputs`, by which a provider's SDK says which of its outputs are secret:
 * they are read from the registration itself.
 */
function noteSecretOutputs(secretOutputs: Map<string, string[]>): void {
  interface Registration {
    getType(): string;
    getName(): string;
    getAdditionalsecretoutputsList(): string[];
  }
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Registration, callback: unknown): unknown;
  };
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const keys = request.getAdditionalsecretoutputsList();
    if (keys.length > 0) secretOutputs.set(`${request.getType()}::${request.getName()}`, keys);
    return original(request, callback);
  };
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
