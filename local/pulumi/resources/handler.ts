/**
 * How one type of resource is realized. Handlers know nothing of who asks: the evaluated program, a test that
 * deletes a rule from the running region, or an engine that plans and updates.
 */
import type { z } from "zod";
import type { Region } from "../../region";

/** What a resource has become: its id, and the outputs beside its inputs. */
export interface Realized {
  id: string;
  outputs?: Record<string, unknown>;
}

export interface Context {
  region: Region;
  /** The resource's logical name. */
  name: string;
}

export interface Existing<Inputs> extends Context, Required<Realized> {
  inputs: Inputs;
}

export interface Handler<Inputs> {
  /** Strict: an input that the region does not know is refused, not ignored. */
  inputs: z.ZodType<Inputs>;
  create(context: Context, inputs: Inputs): Promise<Realized> | Realized;
  /** Changes it in place; absent where AWS can't, and a change replaces it. The result is its new outputs. */
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
