/**
 * The instance types that the region offers. Their figures are AWS's; a host here is one vCPU of this machine whatever
 * its type. Source: EC2 Instance Types, "General purpose".
 */
import { required } from "./actions/validation";
import { computeRefusals as refusals } from "./compute-refusals";

export interface InstanceType {
  name: string;
  architecture: "x86_64" | "arm64";
  vCpus: number;
  threadsPerCore: number;
  memoryMiB: number;
  /** Burstable: has CPU credits. */
  burstable: boolean;
  hypervisor: "xen" | "nitro";
  /** Undefined where AWS's differs between sizes. */
  clockSpeedGhz?: number;
  manufacturer: "Intel" | "AMD" | "AWS";
  networkPerformance: string;
  maximumNetworkInterfaces: number;
  addressesPerInterface: number;
  freeTierEligible: boolean;
}

/** Source: AWS Free Tier for accounts since July 2025 ("Free Tier eligible instance types"). */
const freeTier: readonly string[] = ["t3.micro", "t3.small", "t4g.micro", "t4g.small"];

type Row = [size: string, vCpus: number, memoryGiB: number, interfaces: number, addresses: number];

const smallSizes: readonly Row[] = [
  ["nano", 2, 0.5, 2, 2],
  ["micro", 2, 1, 2, 2],
  ["small", 2, 2, 3, 4],
  ["medium", 2, 4, 3, 6],
  ["large", 2, 8, 3, 12],
];

interface Family extends Pick<
  InstanceType,
  | "architecture"
  | "threadsPerCore"
  | "burstable"
  | "hypervisor"
  | "clockSpeedGhz"
  | "manufacturer"
  | "networkPerformance"
> {
  rows: readonly Row[];
}

const nitro = { burstable: true, hypervisor: "nitro", networkPerformance: "Up to 5 Gigabit" } as const;

const families: Record<string, Family> = {
  t2: {
    architecture: "x86_64",
    threadsPerCore: 1,
    burstable: true,
    hypervisor: "xen",
    manufacturer: "Intel",
    networkPerformance: "Low to Moderate",
    rows: [
      ["nano", 1, 0.5, 2, 2],
      ["micro", 1, 1, 2, 2],
      ["small", 1, 2, 3, 4],
      ["medium", 2, 4, 3, 6],
      ["large", 2, 8, 3, 12],
    ],
  },
  t3: {
    ...nitro,
    architecture: "x86_64",
    threadsPerCore: 2,
    clockSpeedGhz: 2.5,
    manufacturer: "Intel",
    rows: smallSizes,
  },
  t3a: {
    ...nitro,
    architecture: "x86_64",
    threadsPerCore: 2,
    clockSpeedGhz: 2.2,
    manufacturer: "AMD",
    rows: smallSizes,
  },
  t4g: {
    ...nitro,
    architecture: "arm64",
    threadsPerCore: 1,
    clockSpeedGhz: 2.5,
    manufacturer: "AWS",
    rows: smallSizes,
  },
  m5: {
    ...nitro,
    architecture: "x86_64",
    threadsPerCore: 2,
    burstable: false,
    clockSpeedGhz: 3.1,
    manufacturer: "Intel",
    networkPerformance: "Up to 10 Gigabit",
    rows: [["large", 2, 8, 3, 10]],
  },
};

export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map(
  Object.entries(families).flatMap(([family, { rows, ...shared }]) =>
    rows.map(([size, vCpus, memoryGiB, maximumNetworkInterfaces, addressesPerInterface]) => {
      const name = `${family}.${size}`;
      const type: InstanceType = {
        name,
        ...shared,
        vCpus,
        memoryMiB: memoryGiB * 1024,
        maximumNetworkInterfaces,
        addressesPerInterface,
        freeTierEligible: freeTier.includes(name),
      };
      return [name, type] as const;
    }),
  ),
);

/** @throws AwsError for a type that the region doesn't offer */
export function instanceTypeNamed(name: string | undefined): InstanceType {
  const found = instanceTypes.get(required(name, "InstanceType"));
  if (!found) throw refusals.instanceType(name ?? "", [...instanceTypes.keys()]);
  return found;
}
