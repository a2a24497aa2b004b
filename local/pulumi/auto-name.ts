import { hex } from "../identifiers";

/** A physical name as Pulumi gives it to a resource that its program leaves unnamed. */
export function autoName(logicalName: string): string {
  return `${logicalName}-${hex(7)}`;
}
