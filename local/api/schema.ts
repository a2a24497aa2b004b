/**
 * AWS's own model of its APIs, from the schemas in the SDK's clients. A schema's layout is private to the SDK, so only
 * this file depends on it, and its test fails if the layout changes.
 */
import { deref, NormalizedSchema } from "@smithy/core/schema";

export type Shape = NormalizedSchema;

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

/** [operation, namespace, name, traits, input, output] */
type OperationSchema = [9, string, string, unknown, SchemaRef, SchemaRef];
/** [error, namespace, name, traits or 0, names of its members, their schemas] */
type ErrorSchema = [-3, string, string, { awsQueryError?: [code: string, status: number] }, ...unknown[]];

/** The SDK's layout of a structure. */
type StructureSchema = Extract<ReturnType<NormalizedSchema["getSchema"]>, [3, ...unknown[]]>;

export const string: Shape = NormalizedSchema.of(0);

/** Smithy's `timestampFormat`s as serializer settings, for members without their own. */
export const timestampFormats = {
  dateTime: { useTrait: true, default: 5 },
  epochSeconds: { useTrait: true, default: 7 },
} as const;

/**
 * Loads a client by Node's `require`: `import()` would first look for the names of exports in all of its files, which
 * takes as long as running them.
 * @param name of the client's package
 */
export function clientModel<Client extends object>(name: string): () => Promise<Client> {
  return () =>
    new Promise(resolve => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- by its name, and only when it is called
      resolve(require(name) as Client);
    });
}

/**
 * @param model the module of a client
 * @throws if the client has no such operation
 */
export function operationShapes(model: object, operation: string): { input: Shape; output: Shape } {
  const schema: unknown = Reflect.get(model, `${operation}$`);
  if (!isOperation(schema)) throw new Error(`the SDK's client has no schema of the operation ${operation}`);
  const [, , , , input, output] = schema;
  return { input: NormalizedSchema.of(deref(input)), output: NormalizedSchema.of(deref(output)) };
}

/** Whether AWS's API has the operation. */
export function hasOperation(model: object, operation: string): boolean {
  return isOperation(Reflect.get(model, `${operation}$`));
}

function isOperation(schema: unknown): schema is OperationSchema {
  return Array.isArray(schema) && schema[0] === 9 && schema.length >= 6;
}

/** A client's JSON exceptions, by the codes of the same errors in the query protocol. */
export function exceptionsByQueryCode(model: object): Map<string, string> {
  const exceptions = new Map<string, string>();
  for (const schema of Object.values(model) as unknown[]) {
    if (!isError(schema)) continue;
    const [, , name, { awsQueryError }] = schema;
    if (awsQueryError) exceptions.set(awsQueryError[0], name);
  }
  return exceptions;
}

function isError(schema: unknown): schema is ErrorSchema {
  return Array.isArray(schema) && schema[0] === -3;
}

/** The names of a structure's required members: the model lists them first, along with their number. */
export function requiredMembers(structure: Shape): string[] {
  const schema = structure.getSchema();
  return Array.isArray(schema) && schema[0] === 3 ? schema[4].slice(0, schema[6] ?? 0) : [];
}

/** A structure's members, by their names in a protocol. */
export function membersBy(
  nameOf: (member: string, shape: Shape) => string,
  structure: Shape,
): Map<string, { member: string; shape: Shape }> {
  const members = new Map<string, { member: string; shape: Shape }>();
  for (const [member, shape] of structure.structIterator())
    members.set(nameOf(member, shape), { member, shape });
  return members;
}

/** A new structure with these members, such as a protocol's wrapper around an operation's output. */
export function structure(name: string, members: Record<string, Shape>): Shape {
  // Members of another structure keep their traits. Other shapes are unwrapped, or they would keep their own names.
  const shapes = Object.values(members).map(shape => (shape.isMemberSchema() ? shape : shape.getSchema()));
  const schema: StructureSchema = [3, "local", name, 0, Object.keys(members), shapes];
  return NormalizedSchema.of(schema);
}
