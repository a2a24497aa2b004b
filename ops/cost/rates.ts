/**
 * What AWS charges in us-east-1, in USD. Second-hand, as found in public sources on the date below: infracost's tests
 * (t3.micro, volumes, snapshots, surplus credits), transcripts of AWS's pages "Elastic Load Balancing pricing" and
 * "Amazon CloudWatch Pricing", AWS's announcement of the charge for public IPv4 addresses, and the lists of "Amazon EC2
 * On-Demand Pricing" (Linux). Data transfer, load balancer capacity units and taxes come on top.
 */
export const ratesFrom = { region: "us-east-1", date: "2026-11-25" } as const;

export const hoursPerMonth = 730;

export const hourly = { loadBalancer: 0.0225, publicIpv4: 0.005, surplusVcpu: 0.05 } as const;
/** A gigabyte, a dashboard, an alarm, a metric. */
export const monthly = { gp3: 0.08, snapshot: 0.05, dashboard: 3, alarm: 0.1, metric: 0.3 } as const;

/** What CloudWatch doesn't charge, per account and for ever. */
export const freeForEver = { dashboards: 3, alarms: 10, metrics: 10 } as const;

/** Metrics of an instance with detailed monitoring. */
export const detailedMetrics = 7;

/** Of Amazon Linux 2023's image, and so of each root volume that names no size. */
export const imageGigabytes = 8;

/** x86-64 types, by the hour. */
const instances: Readonly<Record<string, number>> = {
  ...sizes("t3", { nano: 0.0052, micro: 0.0104, small: 0.0208, medium: 0.0416, large: 0.0832 }),
  ...sizes("t3", { xlarge: 0.1664, "2xlarge": 0.3328 }),
  ...sizes("t3a", { nano: 0.0047, micro: 0.0094, small: 0.0188, medium: 0.0376, large: 0.0752 }),
  ...sizes("t3a", { xlarge: 0.1504, "2xlarge": 0.3008 }),
  ...sizes("m5", { large: 0.096, xlarge: 0.192, "2xlarge": 0.384, "4xlarge": 0.768, "8xlarge": 1.536 }),
  ...sizes("m5", { "12xlarge": 2.304, "16xlarge": 3.072, "24xlarge": 4.608 }),
  ...sizes("c5", { large: 0.085, xlarge: 0.17, "2xlarge": 0.34, "4xlarge": 0.68, "9xlarge": 1.53 }),
  ...sizes("c5", { "12xlarge": 2.04, "18xlarge": 3.06, "24xlarge": 4.08 }),
};

/**
 * vCPUs of a burstable size, and the share of each that its price includes. Source: "Key concepts for burstable
 * performance instances" in the EC2 guide.
 */
const burstable: Readonly<Record<string, { vcpus: number; baseline: number }>> = {
  nano: { vcpus: 2, baseline: 0.05 },
  micro: { vcpus: 2, baseline: 0.1 },
  small: { vcpus: 2, baseline: 0.2 },
  medium: { vcpus: 2, baseline: 0.2 },
  large: { vcpus: 2, baseline: 0.3 },
  xlarge: { vcpus: 4, baseline: 0.4 },
  "2xlarge": { vcpus: 8, baseline: 0.4 },
};

function sizes(family: string, rates: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(rates).map(([size, rate]) => [`${family}.${size}`, rate]));
}

/** @throws for a type without a rate here */
export function instanceRate(type: string): number {
  const rate = instances[type];
  if (rate !== undefined) return rate;
  throw new Error(`the rate of ${type} is not known; known are ${Object.keys(instances).join(", ")}`);
}

/** What an hour of all its vCPUs at full load costs beyond its price; undefined for a type that earns no credits. */
export function surplusRate(type: string): number | undefined {
  const [family = "", size = ""] = type.split(".");
  const found = family.startsWith("t3") ? burstable[size] : undefined;
  return found && found.vcpus * (1 - found.baseline) * hourly.surplusVcpu;
}

/** @throws for a region other than that of the rates */
export function assertRegion(name: string | undefined): void {
  if (name !== ratesFrom.region)
    throw new Error(
      `rates are known for ${ratesFrom.region} only, and the stack is in ${name ?? "no region"}`,
    );
}
