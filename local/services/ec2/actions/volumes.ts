/** Root volumes. Sources: EC2 API Reference, "DescribeVolumes", "ModifyVolume", "DescribeVolumesModifications". */
import type {
  Volume as VolumeDescription,
  VolumeModification as ModificationDescription,
} from "@aws-sdk/client-ec2";
import { computeRefusals as refusals } from "../compute-refusals";
import { find } from "../resource-types";
import { tagList } from "../tags";
import { assertVolumeSize, performanceOf, rootDevice, type Volume, type VolumeSettings } from "../volumes";
import { zoneId } from "../zones";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";

/** Region milliseconds that a modification takes: nominal, as nothing changes but what is described. */
const modificationTime = 5_000;

export const volumeActions = {
  DescribeVolumes: {
    parameters: ["VolumeIds", ...pageParameters],
    handle(context, input) {
      const volumes = [...context.ec2.volumes.values()].map(volume => descriptionOf(context, volume));
      const { page, NextToken } = describe(volumes, volumeKind, { ids: input.VolumeIds, ...input });
      return { Volumes: page, NextToken };
    },
  },

  ModifyVolume: {
    parameters: ["VolumeId", "DryRun"],
    inert: ["Size", "VolumeType", "Iops", "Throughput"],
    handle(context, input) {
      const volume = find(context.ec2.volumes, "volume", input.VolumeId);
      const { Size, VolumeType, Iops, Throughput } = input;
      if ([Size, VolumeType, Iops, Throughput].every(each => each === undefined))
        throw refusals.volumeUnchanged();
      const { modification } = volume;
      if (modification && context.now() < modification.startedAt + modificationTime)
        throw refusals.volumeModifying(volume.id);
      const size = Size ?? volume.size;
      if (size < volume.size) throw refusals.volumeShrinks(volume.size);
      const volumeType = VolumeType ?? volume.volumeType;
      assertVolumeSize(size, volumeType);
      assertNoDryRun(input);
      const before = settingsOf(volume);
      const baseline = performanceOf(volumeType, size);
      const kept = volumeType === volume.volumeType ? { ...baseline, ...performance(volume) } : baseline;
      const after = {
        ...before,
        size,
        volumeType,
        ...kept,
        iops: Iops ?? kept.iops,
        throughput: Throughput ?? kept.throughput,
      };
      Object.assign(volume, after, { modification: { before, after, startedAt: context.now() } });
      return { VolumeModification: modificationOf(context, volume) };
    },
  },

  DescribeVolumesModifications: {
    parameters: ["VolumeIds", ...pageParameters],
    handle(context, input) {
      assertNoDryRun(input);
      const { volumes } = context.ec2;
      for (const id of input.VolumeIds ?? []) find(volumes, "volume", id);
      const modified = [...volumes.values()]
        .filter(({ id }) => !input.VolumeIds?.length || input.VolumeIds.includes(id))
        .flatMap(volume => modificationOf(context, volume) ?? []);
      const { page, NextToken } = describe(modified, modificationKind, input);
      return { VolumesModifications: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function settingsOf({ size, volumeType, iops, throughput, encrypted, kmsKeyId }: Volume): VolumeSettings {
  return { size, volumeType, iops, throughput, encrypted, kmsKeyId };
}

/** gp2's follow from its size; those of other types are set. */
function performance({ volumeType, iops, throughput }: Volume): Partial<VolumeSettings> {
  return volumeType === "gp2" ? {} : { iops, throughput };
}

function descriptionOf({ ec2, wallClock }: Ec2ActionContext, volume: Volume): VolumeDescription {
  const instance = ec2.instances.records.get(volume.instanceId);
  return {
    Attachments: [
      {
        AttachTime: wallClock.show(instance?.attachedAt ?? volume.createdAt),
        DeleteOnTermination: true,
        Device: rootDevice,
        InstanceId: volume.instanceId,
        State: "attached",
        VolumeId: volume.id,
      },
    ],
    AvailabilityZone: volume.availabilityZone,
    AvailabilityZoneId: zoneId(volume.availabilityZone),
    CreateTime: wallClock.show(volume.createdAt),
    Encrypted: volume.encrypted,
    Iops: volume.iops,
    KmsKeyId: volume.kmsKeyId,
    MultiAttachEnabled: false,
    Operator: { Managed: false },
    Size: volume.size,
    SnapshotId: volume.snapshotId,
    State: "in-use",
    Tags: tagList(volume.tags),
    Throughput: volume.throughput,
    VolumeId: volume.id,
    VolumeType: volume.volumeType,
  };
}

/** A volume's last modification; undefined if it has had none. */
function modificationOf(
  { now, wallClock }: Ec2ActionContext,
  { id, modification }: Volume,
): ModificationDescription | undefined {
  if (!modification) return undefined;
  const { before, after, startedAt } = modification;
  const endedAt = startedAt + modificationTime;
  const isOver = now() >= endedAt;
  return {
    EndTime: isOver ? wallClock.show(endedAt) : undefined,
    ModificationState: isOver ? "completed" : "modifying",
    OriginalIops: before.iops,
    OriginalMultiAttachEnabled: false,
    OriginalSize: before.size,
    OriginalThroughput: before.throughput,
    OriginalVolumeType: before.volumeType,
    Progress: isOver ? 100 : 0,
    StartTime: wallClock.show(startedAt),
    TargetIops: after.iops,
    TargetMultiAttachEnabled: false,
    TargetSize: after.size,
    TargetThroughput: after.throughput,
    TargetVolumeType: after.volumeType,
    VolumeId: id,
  };
}

const volumeKind: ResourceKind<VolumeDescription> = {
  type: "volume",
  idOf: volume => volume.VolumeId,
  filterable: {
    "attachment.attach-time": volume => volume.Attachments?.map(each => each.AttachTime?.toISOString()),
    "attachment.delete-on-termination": volume => volume.Attachments?.map(each => each.DeleteOnTermination),
    "attachment.device": volume => volume.Attachments?.map(each => each.Device),
    "attachment.instance-id": volume => volume.Attachments?.map(each => each.InstanceId),
    "attachment.status": volume => volume.Attachments?.map(each => each.State),
    "availability-zone": volume => volume.AvailabilityZone,
    "availability-zone-id": volume => volume.AvailabilityZoneId,
    "create-time": volume => volume.CreateTime?.toISOString(),
    encrypted: volume => volume.Encrypted,
    "multi-attach-enabled": volume => volume.MultiAttachEnabled,
    size: volume => volume.Size,
    "snapshot-id": volume => volume.SnapshotId,
    status: volume => volume.State,
    "volume-id": volume => volume.VolumeId,
    "volume-type": volume => volume.VolumeType,
  },
};

const modificationKind: ResourceKind<ModificationDescription & { Tags?: never[] }> = {
  type: "volume",
  idOf: modification => modification.VolumeId,
  filterable: {
    "modification-state": modification => modification.ModificationState,
    "original-iops": modification => modification.OriginalIops,
    "original-size": modification => modification.OriginalSize,
    "original-volume-type": modification => modification.OriginalVolumeType,
    "start-time": modification => modification.StartTime?.toISOString(),
    "target-iops": modification => modification.TargetIops,
    "target-size": modification => modification.TargetSize,
    "target-volume-type": modification => modification.TargetVolumeType,
    "volume-id": modification => modification.VolumeId,
  },
};
