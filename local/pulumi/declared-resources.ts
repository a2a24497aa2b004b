/** Creates the declared resources, and remembers their declarations. */
import { z } from "zod";
import { withCode } from "../api/aws-error";
import { closest } from "../api/closest";
import type { Aws } from "./resources/calls";
import type { CreatedResource, ResourceTypes } from "./resources/resource-type";

export interface Declaration {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** One that exists, with its id. */
export interface DeclaredResource extends Declaration {
  id: string;
}

export class DeclaredResources {
  readonly declared: DeclaredResource[] = [];
  private readonly keys = new Set<string>();

  constructor(
    private readonly types: ResourceTypes,
    private readonly aws: Aws,
  ) {}

  /** @throws if the region doesn't support its type or inputs, or AWS would reject it */
  async create(declaration: Declaration): Promise<Required<CreatedResource>> {
    const { type, name } = declaration;
    const key = `${type}::${name}`;
    if (this.keys.has(key)) throw new Error(`duplicate resource: ${type} ${name}`);
    this.keys.add(key);
    const definition = Object.hasOwn(this.types, type) ? this.types[type] : undefined;
    if (!definition) throw unsupportedType(type, Object.keys(this.types));
    const inputs = parse(definition.inputs, declaration);
    try {
      const { id, outputs = {} } = await definition.create(this.aws, inputs, name);
      this.declared.push({ ...declaration, id });
      return { id, outputs };
    } catch (error) {
      throw withCode(error);
    }
  }
}

function unsupportedType(type: string, supported: string[]): Error {
  return new Error(
    `the local region does not support the type ${type}; the nearest that it supports: ` +
      `${closest(type, supported).join(", ")}; to add it, extend local/pulumi/resources/index.ts`,
  );
}

function parse(schema: z.ZodType, { type, name, inputs }: Declaration): unknown {
  const result = schema.safeParse(inputs);
  if (result.success) return result.data;
  throw new Error(`the local region can't create ${type} ${name}:\n${z.prettifyError(result.error)}`);
}
