/** How one type of resource is realized. Handlers don't know who asks: the evaluated program, or a test. */
import { z } from "zod";

/** What a resource has become: its id, and the outputs beside its inputs. */
export interface Realized {
  id: string;
  outputs?: Record<string, unknown>;
}

export interface Existing<Inputs> extends Required<Realized> {
  /** The resource's logical name. */
  name: string;
  inputs: Inputs;
}

export interface Handler<Inputs> {
  /** Strict: an input that the region does not know is refused, not ignored. */
  inputs: z.ZodType<Inputs>;
  /** @param name the resource's logical name */
  create(name: string, inputs: Inputs): Promise<Realized> | Realized;
  /** Changes it in place; absent where AWS can't, and a change replaces it. Resolves to its new outputs. */
  update?(
    existing: Existing<Inputs>,
    inputs: Inputs,
  ): Promise<Record<string, unknown>> | Record<string, unknown>;
  delete(existing: Existing<Inputs>): Promise<void> | void;
}

/** Ties a handler's methods to the type of its schema, then forgets the type, so that handlers fit in one table. */
export function handler<Inputs>(definition: Handler<Inputs>): Handler<unknown> {
  return definition;
}

export type Handlers = Record<string, Handler<unknown>>;

export const tags = z.record(z.string(), z.string()).default({});
