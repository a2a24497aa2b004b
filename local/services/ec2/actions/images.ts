/** Images and their snapshots. Sources: EC2 API Reference, "CreateImage", "DescribeImages" and the like. */
import type { Image as ImageDescription, Snapshot as SnapshotDescription } from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import { computeRefusals as refusals } from "../compute-refusals";
import { amazonLinux2023, type Image, type Snapshot } from "../image";
import { find } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import { rootDevice } from "../volumes";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { instanceNamed } from "./instance-names";
import { required } from "./validation";

/** Amazon's own account of public images. */
const amazonId = "137112412989";
const ownerIdOf = ({ owner }: Image) => (owner === "self" ? accountId : amazonId);

export const imageActions = {
  CreateImage: {
    parameters: ["InstanceId", "Name", "Description", "NoReboot", "TagSpecifications", "DryRun"],
    handle(context, input) {
      const { ec2, report } = context;
      const instance = instanceNamed(context, input.InstanceId);
      const name = required(input.Name, "Name");
      if (!/^[a-zA-Z0-9()[\] ./\-'@_]{3,128}$/.test(name)) throw refusals.imageName();
      const existing = [...ec2.images.values()].find(each => each.owner === "self" && each.name === name);
      if (existing) throw refusals.imageExists(name, existing.id);
      const tags = tagsFor("image", input.TagSpecifications, ["snapshot"]);
      const snapshotTags = tagsFor("snapshot", input.TagSpecifications, ["image"]);
      const disk = ec2.instances.diskOf(instance);
      if (!disk) throw refusals.imageOfInstance(instance.specification.instanceId);
      assertNoDryRun(input);
      const { Description: description, NoReboot: noReboot } = input;
      const { image, ready } = ec2.images.create(instance, disk, {
        name,
        description,
        noReboot,
        tags,
        snapshotTags,
      });
      ready.catch((error: unknown) => {
        report(`failed to create image ${name}: ${(error as Error).message}`);
      });
      return { ImageId: image.id };
    },
  },

  DeregisterImage: {
    parameters: ["ImageId", "DeleteAssociatedSnapshots", "DryRun"],
    async handle({ ec2: { images } }, input) {
      const { id, owner, snapshotId } = find(images, "image", input.ImageId);
      if (owner !== "self") throw refusals.imageNotOwned(id);
      assertNoDryRun(input);
      await images.deregister(id);
      if (!input.DeleteAssociatedSnapshots) return { Return: true };
      images.snapshots.delete(snapshotId);
      return { Return: true, DeleteSnapshotResults: [{ SnapshotId: snapshotId, ReturnCode: "success" }] };
    },
  },

  DescribeImages: {
    parameters: ["ImageIds", "Owners", "ExecutableUsers", ...pageParameters],
    // No image here is deprecated or disabled.
    inert: ["IncludeDeprecated", "IncludeDisabled"],
    handle(context, input) {
      const { Owners = [], ExecutableUsers = [] } = input;
      const images = [...context.ec2.images.values()]
        .filter(image => Owners.length === 0 || Owners.some(owner => isOwnedBy(image, owner)))
        .filter(image => ExecutableUsers.length === 0 || canBeLaunchedBy(image, ExecutableUsers))
        .map(image => descriptionOf(context, image));
      const { page, NextToken } = describe(images, imageKind, { ids: input.ImageIds, ...input });
      return { Images: page, NextToken };
    },
  },

  DescribeImageAttribute: {
    parameters: ["ImageId", "Attribute", "DryRun"],
    handle(context, input) {
      const image = find(context.ec2.images, "image", input.ImageId);
      const { Attribute = "" } = input;
      const attributes = {
        description: { Description: { Value: image.description } },
        launchPermission: { LaunchPermissions: image.owner === "self" ? [] : [{ Group: "all" as const }] },
        blockDeviceMapping: { BlockDeviceMappings: descriptionOf(context, image).BlockDeviceMappings },
      };
      if (!Object.hasOwn(attributes, Attribute)) throw refusals.imageAttribute(Attribute);
      assertNoDryRun(input);
      return { ImageId: image.id, ...attributes[Attribute as keyof typeof attributes] };
    },
  },

  DescribeSnapshots: {
    parameters: ["SnapshotIds", "OwnerIds", ...pageParameters],
    handle(context, input) {
      const { OwnerIds = ["self"] } = input;
      const isOwn = OwnerIds.some(id => id === "self" || id === accountId);
      const snapshots = isOwn ? [...context.ec2.images.snapshots.values()] : [];
      const described = snapshots.map(snapshot => snapshotDescriptionOf(context, snapshot));
      const { page, NextToken } = describe(described, snapshotKind, { ids: input.SnapshotIds, ...input });
      return { Snapshots: page, NextToken };
    },
  },

  DeleteSnapshot: {
    parameters: ["SnapshotId", "DryRun"],
    handle({ ec2: { images } }, input) {
      const { id, imageId } = find(images.snapshots, "snapshot", input.SnapshotId);
      if (images.has(imageId)) throw refusals.snapshotInUse(id, imageId);
      assertNoDryRun(input);
      images.snapshots.delete(id);
      return {};
    },
  },
} satisfies Partial<Ec2Actions>;

/** @param owner an account's id, or "self", "amazon" or "aws-marketplace" */
function isOwnedBy(image: Image, owner: string): boolean {
  return owner === image.owner || owner === ownerIdOf(image);
}

/** The account's own images are private; Amazon's are launched by everybody, and by nobody explicitly. */
function canBeLaunchedBy({ owner }: Image, users: readonly string[]): boolean {
  return owner === "self" ? users.includes("self") : users.includes("all");
}

function descriptionOf({ wallClock, ec2 }: Ec2ActionContext, image: Image): ImageDescription {
  const { size, volumeType, iops, throughput, encrypted, kmsKeyId } = image.rootVolume;
  const sourceInstance = ec2.instances.records.get(image.sourceInstanceId ?? "");
  return {
    Architecture: image.architecture,
    BlockDeviceMappings: [
      {
        DeviceName: rootDevice,
        Ebs: {
          DeleteOnTermination: true,
          SnapshotId: image.snapshotId,
          VolumeSize: size,
          VolumeType: volumeType,
          Iops: iops,
          Throughput: throughput,
          Encrypted: encrypted,
          KmsKeyId: kmsKeyId,
        },
      },
    ],
    BootMode: "uefi-preferred",
    CreationDate: wallClock.show(image.createdAt).toISOString(),
    DeregistrationProtection: "disabled",
    Description: image.description,
    EnaSupport: true,
    Hypervisor: "xen",
    ImageId: image.id,
    ImageLocation: `${image.owner === "self" ? accountId : "amazon"}/${image.name}`,
    ImageOwnerAlias: image.owner === "amazon" ? "amazon" : undefined,
    ImageType: "machine",
    ImdsSupport: "v2.0",
    Name: image.name,
    OwnerId: ownerIdOf(image),
    PlatformDetails: "Linux/UNIX",
    ProductCodes: [],
    Public: image.owner === "amazon",
    RootDeviceName: rootDevice,
    RootDeviceType: "ebs",
    SourceImageId:
      image.owner === "self" ? (sourceInstance?.specification.imageId ?? amazonLinux2023) : undefined,
    SourceInstanceId: image.sourceInstanceId,
    SriovNetSupport: "simple",
    State: image.state,
    StateReason:
      image.failure === undefined
        ? undefined
        : { Code: "Client.InternalError", Message: `Client.InternalError: ${image.failure}` },
    Tags: tagList(image.tags),
    UsageOperation: "RunInstances",
    VirtualizationType: "hvm",
  };
}

function snapshotDescriptionOf({ wallClock }: Ec2ActionContext, snapshot: Snapshot): SnapshotDescription {
  const { startedAt, completedAt, state } = snapshot;
  return {
    CompletionTime: completedAt === undefined ? undefined : wallClock.show(completedAt),
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    OwnerId: accountId,
    Progress: state === "completed" ? "100%" : "0%",
    SnapshotId: snapshot.id,
    StartTime: wallClock.show(startedAt),
    State: state,
    StorageTier: "standard",
    Tags: tagList(snapshot.tags),
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.volumeSize,
  };
}

const imageKind: ResourceKind<ImageDescription> = {
  type: "image",
  idOf: image => image.ImageId,
  filterable: {
    architecture: image => image.Architecture,
    "block-device-mapping.delete-on-termination": image =>
      image.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.DeleteOnTermination),
    "block-device-mapping.device-name": image =>
      image.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName),
    "block-device-mapping.snapshot-id": image => image.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId),
    "block-device-mapping.volume-size": image => image.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeSize),
    "block-device-mapping.volume-type": image => image.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeType),
    "creation-date": image => image.CreationDate,
    description: image => image.Description,
    "ena-support": image => image.EnaSupport,
    hypervisor: image => image.Hypervisor,
    "image-id": image => image.ImageId,
    "image-type": image => image.ImageType,
    "is-public": image => image.Public,
    name: image => image.Name,
    "owner-alias": image => image.ImageOwnerAlias,
    "owner-id": image => image.OwnerId,
    platform: () => [],
    "root-device-name": image => image.RootDeviceName,
    "root-device-type": image => image.RootDeviceType,
    "source-instance-id": image => image.SourceInstanceId,
    "sriov-net-support": image => image.SriovNetSupport,
    state: image => image.State,
    "virtualization-type": image => image.VirtualizationType,
  },
};

const snapshotKind: ResourceKind<SnapshotDescription> = {
  type: "snapshot",
  idOf: snapshot => snapshot.SnapshotId,
  filterable: {
    description: snapshot => snapshot.Description,
    encrypted: snapshot => snapshot.Encrypted,
    "owner-id": snapshot => snapshot.OwnerId,
    progress: snapshot => snapshot.Progress,
    "snapshot-id": snapshot => snapshot.SnapshotId,
    "start-time": snapshot => snapshot.StartTime?.toISOString(),
    status: snapshot => snapshot.State,
    "storage-tier": snapshot => snapshot.StorageTier,
    "volume-id": snapshot => snapshot.VolumeId,
    "volume-size": snapshot => snapshot.VolumeSize,
  },
};
