const zoneLetters = ["a", "b", "c"];

/** The region's Availability Zones; each offers every instance type. */
export function zonesOf(regionName: string): string[] {
  return zoneLetters.map(letter => `${regionName}${letter}`);
}
