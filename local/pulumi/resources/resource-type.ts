/** How a Pulumi resource type is created: by the calls that its provider makes for it. */
import { z } from "zod";
import { tagList } from "../../api/tags";
import type { Aws } from "./calls";

export { tagList };

/** A new resource's id, and its outputs other than its inputs. */
export interface CreatedResource {
  id: string;
  outputs?: Record<string, unknown>;
}

export interface ResourceType<Inputs> {
  /** Strict: inputs that the region doesn't support are refused rather than ignored. Defaults are the provider's. */
  inputs: z.ZodType<Inputs>;
  /** @param name the resource's logical name */
  create: (aws: Aws, inputs: Inputs, name: string) => Promise<CreatedResource>;
}

/** Checks `create` against the schema, then erases the type so that resource types fit in one table. */
export function resourceType<Inputs>(definition: ResourceType<Inputs>): ResourceType<unknown> {
  return definition as ResourceType<unknown>;
}

export type ResourceTypes = Readonly<Record<string, ResourceType<unknown>>>;

export const tags = z.record(z.string(), z.string()).default({});

/** The part of a create call to EC2 that tags what it makes; absent without tags, as the provider sends it. */
export function tagSpecifications<Type extends string>(
  ResourceType: Type,
  tags: Record<string, string>,
): { TagSpecifications?: { ResourceType: Type; Tags: ReturnType<typeof tagList> }[] } {
  return Object.keys(tags).length === 0 ? {} : { TagSpecifications: [{ ResourceType, Tags: tagList(tags) }] };
}

/** @throws if an answer lacks a member that AWS always answers */
export function required<Value>(value: Value | undefined, member: string): Value {
  if (value === undefined) throw new Error(`the answer has no ${member}`);
  return value;
}
