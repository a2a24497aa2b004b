/** The region's Availability Zones; each offers every instance type. */
export function zonesOf(regionName: string): string[] {
  return ["a", "b", "c"].map(letter => `${regionName}${letter}`);
}

/** "use1-az1" for "us-east-1a"; on AWS the mapping differs between accounts. */
export function zoneId(zone: string): string {
  const [, area = "", side = "", number = "", letter = ""] = /^(\w+)-(\w+)-(\d+)(\w)$/.exec(zone) ?? [];
  return `${area}${side.charAt(0)}${number}-az${letter.charCodeAt(0) - "a".charCodeAt(0) + 1}`;
}
