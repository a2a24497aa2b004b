/** What the account and the region offer. Sources: EC2 API Reference, "DescribeAvailabilityZones" and the like. */
import type { AvailabilityZone, Region } from "@aws-sdk/client-ec2";
import { networkRefusals } from "../network-refusals";
import { defaultVpcOf } from "../vpcs";
import { zoneId, zonesOf } from "../zones";
import type { Ec2Actions } from "./context";
import { assertNoDryRun } from "./describe";
import { matching, type Filterable } from "./filters";
import { oneOf } from "./validation";

/** Zones and regions have no tags. */
type Untagged<Item> = Item & { Tags?: never[] };

export const accountActions = {
  DescribeAvailabilityZones: {
    parameters: ["ZoneNames", "ZoneIds", "Filters", "DryRun"],
    inert: ["AllAvailabilityZones"],
    handle({ regionName }, { ZoneNames = [], ZoneIds = [], Filters = [], ...input }) {
      assertNoDryRun(input);
      const zones = zonesOf(regionName).map(name => zoneDescriptionOf(name, regionName));
      const named = (zone: AvailabilityZone) => [zone.ZoneName ?? "", zone.ZoneId ?? ""];
      const wanted = [...ZoneNames, ...ZoneIds];
      const unknown = wanted.filter(name => !zones.some(zone => named(zone).includes(name)));
      if (unknown.length > 0) throw networkRefusals.invalidZoneNames(unknown);
      const matches = matching<Untagged<AvailabilityZone>>(Filters, zoneFilters);
      const isWanted = (zone: AvailabilityZone) =>
        wanted.length === 0 || named(zone).some(name => wanted.includes(name));
      return { AvailabilityZones: zones.filter(zone => isWanted(zone) && matches(zone)) };
    },
  },

  DescribeRegions: {
    parameters: ["RegionNames", "Filters", "DryRun"],
    inert: ["AllRegions"],
    handle({ regionName }, { RegionNames = [], Filters = [], ...input }) {
      assertNoDryRun(input);
      const unknown = RegionNames.filter(name => name !== regionName);
      if (unknown.length > 0) throw networkRefusals.invalidRegionNames(unknown);
      const region = {
        OptInStatus: "opt-in-not-required",
        RegionName: regionName,
        Endpoint: `ec2.${regionName}.amazonaws.com`,
      };
      return { Regions: [region].filter(matching<Untagged<Region>>(Filters, regionFilters)) };
    },
  },

  DescribeAccountAttributes: {
    parameters: ["AttributeNames", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      assertNoDryRun(input);
      const attributes: Record<string, string> = {
        "supported-platforms": "VPC",
        "default-vpc": defaultVpcOf(vpc)?.id ?? "none",
        ...defaultQuotas,
      };
      const all = Object.keys(attributes);
      const names = input.AttributeNames?.map(name => oneOf("attributeName", name, all)) ?? all;
      return {
        AccountAttributes: names.map(AttributeName => ({
          AttributeName,
          AttributeValues: [{ AttributeValue: attributes[AttributeName] }],
        })),
      };
    },
  },
} satisfies Partial<Ec2Actions>;

/** A new account's, which the region doesn't enforce. Source: EC2 API Reference, "DescribeAccountAttributes", its example. */
const defaultQuotas = {
  "max-instances": "20",
  "vpc-max-security-groups-per-interface": "5",
  "max-elastic-ips": "5",
  "vpc-max-elastic-ips": "5",
};

function zoneDescriptionOf(name: string, regionName: string): AvailabilityZone {
  return {
    OptInStatus: "opt-in-not-required",
    Messages: [],
    RegionName: regionName,
    ZoneName: name,
    ZoneId: zoneId(name),
    GroupName: `${regionName}-zg-1`,
    NetworkBorderGroup: regionName,
    ZoneType: "availability-zone",
    State: "available",
  };
}

const zoneFilters: Filterable<AvailabilityZone> = {
  "group-long-name": zone => zone.GroupLongName,
  "group-name": zone => zone.GroupName,
  message: () => [],
  "opt-in-status": zone => zone.OptInStatus,
  "parent-zone-id": () => [],
  "parent-zone-name": () => [],
  "region-name": zone => zone.RegionName,
  state: zone => zone.State,
  "zone-id": zone => zone.ZoneId,
  "zone-name": zone => zone.ZoneName,
  "zone-type": zone => zone.ZoneType,
};

const regionFilters: Filterable<Region> = {
  endpoint: region => region.Endpoint,
  "opt-in-status": region => region.OptInStatus,
  "region-name": region => region.RegionName,
};
