/** Root volumes, as the API shows them: an instance's disk is a folder whatever its volume's size and type. */
import type { Tags } from "../../network/reachability/vpc-model";
import { oneOf } from "./actions/validation";
import { computeRefusals as refusals } from "./compute-refusals";

export const rootDevice = "/dev/xvda";

const volumeTypes = ["standard", "io1", "io2", "gp2", "gp3", "st1", "sc1"] as const;
export type VolumeType = (typeof volumeTypes)[number];

/** Kept for the API. */
export interface VolumeSettings {
  /** In GiB. */
  size: number;
  volumeType: VolumeType;
  iops?: number;
  throughput?: number;
  encrypted: boolean;
  kmsKeyId?: string;
}

export interface VolumeModification {
  before: VolumeSettings;
  after: VolumeSettings;
  /** In region milliseconds. */
  startedAt: number;
}

export interface Volume extends VolumeSettings {
  id: string;
  snapshotId: string;
  availabilityZone: string;
  instanceId: string;
  /** In region milliseconds. */
  createdAt: number;
  modification?: VolumeModification;
  tags: Tags;
}

/** A volume's least and most GiB. Source: EBS User Guide, "Amazon EBS volume types". */
const volumeSizes: Record<VolumeType, readonly [least: number, most: number]> = {
  standard: [1, 1024],
  io1: [4, 16384],
  io2: [4, 65536],
  gp2: [1, 16384],
  gp3: [1, 65536],
  st1: [125, 16384],
  sc1: [125, 16384],
};

/**
 * A volume's IOPS and throughput unless it has others: gp3's baseline, and gp2's 3 IOPS for each GiB, at least 100.
 * Source: EBS User Guide, "Amazon EBS General Purpose SSD volumes".
 */
export function performanceOf(
  volumeType: VolumeType,
  size: number,
): Pick<VolumeSettings, "iops" | "throughput"> {
  if (volumeType === "gp3") return { iops: 3000, throughput: 125 };
  if (volumeType === "gp2") return { iops: Math.min(16_000, Math.max(100, 3 * size)) };
  return {};
}

/** @throws AwsError unless a volume of this type may have this size */
export function assertVolumeSize(size: number, volumeType: VolumeType): void {
  const [least, most] = volumeSizes[oneOf("volumeType", volumeType, volumeTypes)];
  if (size < least || size > most) throw refusals.volumeSize(size, volumeType, [least, most]);
}
