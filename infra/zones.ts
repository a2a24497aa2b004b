import * as pulumi from "@pulumi/pulumi";

/** A region's zones, as far as they matter here. */
export interface Zones {
  /** Those that need no opt-in. */
  open: string[];
  /** Those that offer the instance type; in some regions the oldest zones offer none of the current types. */
  offering: string[];
}

/**
 * The first two zones that qualify.
 * @throws pulumi.RunError if there are fewer
 */
export function chooseZones({ open, offering }: Zones, instanceType: string): string[] {
  const zones = open.filter(zone => offering.includes(zone)).sort();
  if (zones.length < 2) {
    throw new pulumi.RunError(
      `instanceType ${instanceType} is offered in ${zones.length} of this region's availability zones ` +
        `(${open.join(", ")}), but two are needed; choose another type or region`,
    );
  }
  return zones.slice(0, 2);
}
