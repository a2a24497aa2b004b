import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/**
 * The region's first two availability zones that need no opt-in and offer the instance type; in some regions the
 * oldest zones offer none of the current types.
 */
export function zonesFor(instanceType: string, opts: pulumi.InvokeOutputOptions): pulumi.Output<string[]> {
  const open = aws.getAvailabilityZonesOutput(
    { state: "available", filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
    opts,
  );
  const offering = aws.ec2.getInstanceTypeOfferingsOutput(
    { locationType: "availability-zone", filters: [{ name: "instance-type", values: [instanceType] }] },
    opts,
  );
  return pulumi
    .all([open.names, offering.locations])
    .apply(([names, locations]) => chooseZones(names, locations, instanceType));
}

/** @throws pulumi.RunError if fewer than two zones qualify */
export function chooseZones(open: string[], offering: string[], instanceType: string): string[] {
  const zones = open.filter(zone => offering.includes(zone)).sort();
  if (zones.length < 2) {
    throw new pulumi.RunError(
      `instanceType ${instanceType} is offered in ${zones.length} of this region's availability zones ` +
        `(${open.join(", ")}), but two are needed; choose another type or region`,
    );
  }
  return zones.slice(0, 2);
}
