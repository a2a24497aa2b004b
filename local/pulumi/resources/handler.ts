/** How each type of resource is created, updated and deleted, whether for the evaluated program or for a test. */
import { z } from "zod";
import { resourceId } from "../../identifiers";

/** A new resource's id, and its outputs other than its inputs. */
export interface CreatedResource {
  id: string;
  outputs?: Record<string, unknown>;
}

export interface ExistingResource<Inputs> extends Required<CreatedResource> {
  /** The resource's logical name. */
  name: string;
  inputs: Inputs;
}

export interface Handler<Inputs> {
  /** Strict: unsupported inputs are rejected rather than ignored. */
  inputs: z.ZodType<Inputs>;
  /** @param name the resource's logical name */
  create(name: string, inputs: Inputs): Promise<CreatedResource> | CreatedResource;
  /** Updates the resource in place and returns its outputs; absent if a change replaces the resource on AWS. */
  update?(
    existing: ExistingResource<Inputs>,
    inputs: Inputs,
  ): Promise<Record<string, unknown>> | Record<string, unknown>;
  /** Its result, if any, is awaited and ignored. */
  delete(existing: ExistingResource<Inputs>): unknown;
}

/** For resources that are nothing but a record in a map; a change replaces them. */
export function recordHandler<Inputs extends object>(
  prefix: string,
  records: Map<string, Inputs & { id: string }>,
  inputs: z.ZodType<Inputs>,
): Handler<unknown> {
  return handler({
    inputs,
    create(_name, given) {
      const id = resourceId(prefix);
      records.set(id, { ...given, id });
      return { id };
    },
    delete: ({ id }) => records.delete(id),
  });
}

/** Checks a handler's methods against its schema, then erases the type so that handlers fit in one table. */
export function handler<Inputs>(definition: Handler<Inputs>): Handler<unknown> {
  return definition;
}

export type Handlers = Record<string, Handler<unknown>>;

export const tags = z.record(z.string(), z.string()).default({});
