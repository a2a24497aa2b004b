/** Creates, updates and deletes the declared resources, and remembers their declarations. */
import { z } from "zod";
import { withCode } from "../api/aws-error";
import type { CreatedResource, ExistingResource, Handler, Handlers } from "./resources/handler";

export interface Declaration {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export class DeclaredResources {
  private readonly resources = new Map<
    string,
    { declaration: Declaration; existing: ExistingResource<unknown> }
  >();
  /** Keys of existing resources and of those being created. */
  private readonly keys = new Set<string>();
  private closed = false;

  constructor(readonly handlers: Handlers) {}

  /** @throws if the region doesn't support its type or inputs, or AWS would reject it */
  async create(declaration: Declaration): Promise<Required<CreatedResource>> {
    const { type, name } = declaration;
    const key = keyOf(type, name);
    this.assertOpen();
    if (this.keys.has(key)) throw new Error(`duplicate resource: ${type} ${name}`);
    this.keys.add(key);
    try {
      return await this.createAndRecord(declaration);
    } catch (error) {
      this.keys.delete(key);
      throw withCode(error);
    }
  }

  /** Updates a resource in place, as an update of the program would; resolves to its outputs. */
  async update(declaration: Declaration): Promise<Record<string, unknown>> {
    const { type, name } = declaration;
    const resource = this.resource(type, name);
    const handler = this.handlerOf(type);
    if (!handler.update) throw new Error(`${type} is replaced, not updated`);
    const inputs = parse(handler.inputs, declaration);
    const outputs = await handler.update(resource.existing, inputs);
    Object.assign(resource, { declaration, existing: { ...resource.existing, inputs, outputs } });
    return outputs;
  }

  /** Deletes a resource; resolves to its declaration, from which it can be recreated. */
  async delete(type: string, name: string): Promise<Declaration> {
    const { declaration, existing } = this.resource(type, name);
    await this.handlerOf(type).delete(existing);
    this.resources.delete(keyOf(type, name));
    this.keys.delete(keyOf(type, name));
    return declaration;
  }

  get declarations(): Declaration[] {
    return [...this.resources.values()].map(({ declaration }) => declaration);
  }

  /** Prevents further creation; resources being created are deleted as soon as they exist. */
  close(): void {
    this.closed = true;
  }

  private async createAndRecord(declaration: Declaration): Promise<Required<CreatedResource>> {
    const { type, name } = declaration;
    const handler = this.handlerOf(type);
    const inputs = parse(handler.inputs, declaration);
    const { id, outputs = {} } = await handler.create(name, inputs);
    const existing = { name, id, inputs, outputs };
    // A failed start closes the region while other resources are still being created; none of them may remain.
    if (this.closed) await handler.delete(existing);
    this.assertOpen();
    this.resources.set(keyOf(type, name), { declaration, existing });
    return { id, outputs };
  }

  private assertOpen(): void {
    if (this.closed) throw new Error("the region is closed");
  }

  private handlerOf(type: string): Handler<unknown> {
    const handler = Object.hasOwn(this.handlers, type) ? this.handlers[type] : undefined;
    if (!handler) throw new Error(`the local region does not support the type ${type}`);
    return handler;
  }

  private resource(type: string, name: string) {
    const resource = this.resources.get(keyOf(type, name));
    if (!resource) throw new Error(`no such resource: ${type} ${name}`);
    return resource;
  }
}

function keyOf(type: string, name: string): string {
  return `${type}::${name}`;
}

function parse(schema: z.ZodType, { type, name, inputs }: Declaration): unknown {
  const result = schema.safeParse(inputs);
  if (result.success) return result.data;
  throw new Error(`the local region can't create ${type} ${name}:\n${z.prettifyError(result.error)}`);
}
