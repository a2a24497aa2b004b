/** Instance types. Sources: EC2 API Reference, "DescribeInstanceTypes", "DescribeInstanceTypeOfferings". */
import type { InstanceTypeInfo, InstanceTypeOffering, _InstanceType } from "@aws-sdk/client-ec2";
import { computeRefusals as refusals } from "../compute-refusals";
import { instanceTypes, type InstanceType } from "../instance-types";
import { zoneId, zonesOf } from "../zones";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { oneOf } from "./validation";

export const instanceTypeActions = {
  DescribeInstanceTypes: {
    parameters: ["InstanceTypes", ...pageParameters],
    handle(_context, input) {
      const types = [...instanceTypes.values()].map(descriptionOf);
      const { page, NextToken } = describe(types, typeKind, { ids: input.InstanceTypes, ...input });
      return { InstanceTypes: page, NextToken };
    },
  },

  DescribeInstanceTypeOfferings: {
    parameters: ["LocationType", ...pageParameters],
    handle({ regionName }, input) {
      assertNoDryRun(input);
      const locations = {
        region: [regionName],
        "availability-zone": zonesOf(regionName),
        "availability-zone-id": zonesOf(regionName).map(zoneId),
        outpost: [],
      };
      const LocationType = oneOf(
        "locationType",
        input.LocationType ?? "region",
        Object.keys(locations) as (keyof typeof locations)[],
      );
      const offerings = locations[LocationType].flatMap(Location =>
        [...instanceTypes.keys()].map(name => ({
          InstanceType: name as _InstanceType,
          LocationType,
          Location,
        })),
      );
      const { page, NextToken } = describe(offerings, offeringKind, input);
      return { InstanceTypeOfferings: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function descriptionOf(type: InstanceType): InstanceTypeInfo {
  const { vCpus, threadsPerCore, hypervisor, maximumNetworkInterfaces, networkPerformance } = type;
  const isNitro = hypervisor === "nitro";
  const isArm = type.architecture === "arm64";
  return {
    AutoRecoverySupported: true,
    BareMetal: false,
    BurstablePerformanceSupported: type.burstable,
    CurrentGeneration: true,
    DedicatedHostsSupported: !type.name.startsWith("t2."),
    EbsInfo: {
      EbsOptimizedSupport: isNitro ? "default" : "unsupported",
      EncryptionSupport: "supported",
      NvmeSupport: isNitro ? "required" : "unsupported",
    },
    FreeTierEligible: type.freeTierEligible,
    Hypervisor: hypervisor,
    InstanceStorageSupported: false,
    InstanceType: type.name as _InstanceType,
    MemoryInfo: { SizeInMiB: type.memoryMiB },
    NetworkInfo: {
      DefaultNetworkCardIndex: 0,
      EfaSupported: false,
      EnaSrdSupported: false,
      EnaSupport: isNitro ? "required" : "unsupported",
      EncryptionInTransitSupported: false,
      Ipv4AddressesPerInterface: type.addressesPerInterface,
      Ipv6AddressesPerInterface: type.addressesPerInterface,
      Ipv6Supported: true,
      MaximumNetworkCards: 1,
      MaximumNetworkInterfaces: maximumNetworkInterfaces,
      NetworkCards: [
        {
          NetworkCardIndex: 0,
          NetworkPerformance: networkPerformance,
          MaximumNetworkInterfaces: maximumNetworkInterfaces,
        },
      ],
      NetworkPerformance: networkPerformance,
    },
    PlacementGroupInfo: { SupportedStrategies: ["partition", "spread"] },
    ProcessorInfo: {
      Manufacturer: type.manufacturer,
      SupportedArchitectures: [type.architecture],
      SustainedClockSpeedInGhz: type.clockSpeedGhz,
    },
    SupportedBootModes: isArm ? ["uefi"] : isNitro ? ["legacy-bios", "uefi"] : ["legacy-bios"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedUsageClasses: ["on-demand"],
    SupportedVirtualizationTypes: ["hvm"],
    VCpuInfo: {
      DefaultCores: vCpus / threadsPerCore,
      DefaultThreadsPerCore: threadsPerCore,
      DefaultVCpus: vCpus,
    },
  };
}

const typeKind: ResourceKind<InstanceTypeInfo & { Tags?: never[] }> = {
  type: "instance",
  idOf: type => type.InstanceType,
  notFound: refusals.instanceTypes,
  filterable: {
    "bare-metal": type => type.BareMetal,
    "burstable-performance-supported": type => type.BurstablePerformanceSupported,
    "current-generation": type => type.CurrentGeneration,
    "dedicated-hosts-supported": type => type.DedicatedHostsSupported,
    "ebs-info.encryption-support": type => type.EbsInfo?.EncryptionSupport,
    "free-tier-eligible": type => type.FreeTierEligible,
    hypervisor: type => type.Hypervisor,
    "instance-storage-supported": type => type.InstanceStorageSupported,
    "instance-type": type => type.InstanceType,
    "memory-info.size-in-mib": type => type.MemoryInfo?.SizeInMiB,
    "network-info.maximum-network-interfaces": type => type.NetworkInfo?.MaximumNetworkInterfaces,
    "processor-info.supported-architecture": type => type.ProcessorInfo?.SupportedArchitectures,
    "supported-boot-mode": type => type.SupportedBootModes,
    "supported-root-device-type": type => type.SupportedRootDeviceTypes,
    "supported-usage-class": type => type.SupportedUsageClasses,
    "supported-virtualization-type": type => type.SupportedVirtualizationTypes,
    "vcpu-info.default-cores": type => type.VCpuInfo?.DefaultCores,
    "vcpu-info.default-threads-per-core": type => type.VCpuInfo?.DefaultThreadsPerCore,
    "vcpu-info.default-vcpus": type => type.VCpuInfo?.DefaultVCpus,
  },
};

const offeringKind: ResourceKind<InstanceTypeOffering & { Tags?: never[] }> = {
  type: "instance",
  idOf: offering => offering.InstanceType,
  filterable: {
    "instance-type": offering => offering.InstanceType,
    location: offering => offering.Location,
  },
};
