/** The declared resources: what each was made from, and how it is updated and deleted. */
import { z } from "zod";
import { withCode } from "../api/aws-error";
import type { Existing, Handler, Handlers } from "./resources/handler";

/** A declared resource. */
export interface Declaration {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export class DeclaredResources {
  private readonly resources = new Map<string, { declaration: Declaration; existing: Existing<unknown> }>();
  /** Keys of the resources, and of those that are being made. */
  private readonly declared = new Set<string>();
  private closed = false;

  constructor(readonly handlers: Handlers) {}

  /**
   * Makes a declared resource.
   * @throws when the region does not know its type or one of its inputs, or AWS would refuse it
   */
  async create(declaration: Declaration): Promise<{ id: string; outputs: Record<string, unknown> }> {
    const { type, name } = declaration;
    const key = keyOf(type, name);
    this.assertOpen();
    if (this.declared.has(key)) throw new Error(`there are two resources ${type} named ${name}`);
    this.declared.add(key);
    try {
      return await this.make(declaration);
    } catch (error) {
      this.declared.delete(key);
      throw withCode(error);
    }
  }

  /** Changes a resource in place, as an update of the program would; resolves to its outputs. */
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

  /** Deletes a resource; resolves to its declaration, from which it can be made again. */
  async delete(type: string, name: string): Promise<Declaration> {
    const { declaration, existing } = this.resource(type, name);
    await this.handlerOf(type).delete(existing);
    this.resources.delete(keyOf(type, name));
    this.declared.delete(keyOf(type, name));
    return declaration;
  }

  get declarations(): Declaration[] {
    return [...this.resources.values()].map(({ declaration }) => declaration);
  }

  /** From now on nothing is made; what is being made at this moment is deleted once it is. */
  close(): void {
    this.closed = true;
  }

  private async make(declaration: Declaration): Promise<{ id: string; outputs: Record<string, unknown> }> {
    const { type, name } = declaration;
    const handler = this.handlerOf(type);
    const inputs = parse(handler.inputs, declaration);
    const { id, outputs = {} } = await handler.create(name, inputs);
    const existing = { name, id, inputs, outputs };
    // A failed start ends the region while other resources are still being made: nothing of them may stay.
    if (this.closed) await handler.delete(existing);
    this.assertOpen();
    this.resources.set(keyOf(type, name), { declaration, existing });
    return { id, outputs };
  }

  private assertOpen(): void {
    if (this.closed) throw new Error("the region has ended");
  }

  private handlerOf(type: string): Handler<unknown> {
    const handler = Object.hasOwn(this.handlers, type) ? this.handlers[type] : undefined;
    if (!handler) throw new Error(`the local region does not know the type ${type}`);
    return handler;
  }

  private resource(type: string, name: string) {
    const resource = this.resources.get(keyOf(type, name));
    if (!resource) throw new Error(`there is no resource ${type} named ${name}`);
    return resource;
  }
}

function keyOf(type: string, name: string): string {
  return `${type}::${name}`;
}

function parse(schema: z.ZodType, { type, name, inputs }: Declaration): unknown {
  const result = schema.safeParse(inputs);
  if (result.success) return result.data;
  throw new Error(`the local region can't make ${type} ${name}:\n${z.prettifyError(result.error)}`);
}
