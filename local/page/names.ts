import type { Tags } from "../network/reachability/vpc-model";

/** A resource's Name tag, or its id. */
export function nameOf({ id, tags }: { id: string; tags: Tags }): string {
  return tags["Name"] ?? id;
}
