import { hex } from "../identifiers";

/** A physical name like those that Pulumi generates for resources without one. */
export function autoName(logicalName: string): string {
  return `${logicalName}-${hex(7)}`;
}
