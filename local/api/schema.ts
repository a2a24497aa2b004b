/**
 * AWS's own model of its APIs, which the SDK's clients carry along as schemas. How a schema is laid out is private to
 * the SDK: whatever depends on it is in this file, and its test fails when the layout changes.
 */
import { deref, NormalizedSchema } from "@smithy/core/schema";

export type Shape = NormalizedSchema;

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

/** [operation, namespace, name, traits, input, output] */
type OperationSchema = [9, string, string, unknown, SchemaRef, SchemaRef];
/** [error, namespace, name, traits or 0, names of its members, their schemas] */
type ErrorSchema = [-3, string, string, { awsQueryError?: [code: string, status: number] }, ...unknown[]];

/** A structure of ours in the SDK's layout. */
type StructureSchema = Extract<ReturnType<NormalizedSchema["getSchema"]>, [3, ...unknown[]]>;

export const string: Shape = NormalizedSchema.of(0);

/** Smithy's `timestampFormat`s as settings of the SDK's serializers, for members that name none. */
export const timestampFormats = {
  dateTime: { useTrait: true, default: 5 },
  epochSeconds: { useTrait: true, default: 7 },
} as const;

export interface OperationShapes {
  input: Shape;
  output: Shape;
}

/**
 * @param model the module of a client
 * @throws when the client has no such operation
 */
export function operationShapes(model: object, operation: string): OperationShapes {
  const schema: unknown = Reflect.get(model, `${operation}$`);
  if (!isOperation(schema)) throw new Error(`the SDK's client has no schema of the operation ${operation}`);
  const [, , , , input, output] = schema;
  return { input: NormalizedSchema.of(deref(input)), output: NormalizedSchema.of(deref(output)) };
}

function isOperation(schema: unknown): schema is OperationSchema {
  return Array.isArray(schema) && schema[0] === 9 && schema.length >= 6;
}

/** The exceptions of a client's JSON protocol, by the codes that the same errors have in the query protocol. */
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

/** The names of the members that a structure must have: the model lists those first, and says how many they are. */
export function requiredMembers(structure: Shape): string[] {
  const schema = structure.getSchema();
  return Array.isArray(schema) && schema[0] === 3 ? schema[4].slice(0, schema[6] ?? 0) : [];
}

/** The shape of each member by the name that a protocol gives it. */
export function membersBy(
  nameOf: (member: string, shape: Shape) => string,
  structure: Shape,
): Map<string, { member: string; shape: Shape }> {
  const members = new Map<string, { member: string; shape: Shape }>();
  for (const [member, shape] of structure.structIterator())
    members.set(nameOf(member, shape), { member, shape });
  return members;
}

/** A structure of ours around others, as protocols wrap an operation's output. */
export function structure(name: string, members: Record<string, Shape>): Shape {
  // A member that was taken from another structure keeps its traits; any other shape would keep its own name.
  const shapes = Object.values(members).map(shape => (shape.isMemberSchema() ? shape : shape.getSchema()));
  const schema: StructureSchema = [3, "local", name, 0, Object.keys(members), shapes];
  return NormalizedSchema.of(schema);
}
