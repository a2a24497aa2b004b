/** The images that instances launch from, and their snapshots. */
import { join } from "node:path";
import type { Clock } from "../../clock";
import { resourceId } from "../../identifiers";
import type { Tags } from "../../network/reachability/vpc-model";
import { amazonImage, Image, type Snapshot } from "./image";
import type { Instance } from "./instance-records";
import type { Disk } from "./instance-context";
import { find } from "./resource-types";
import type { Volume } from "./volumes";

interface ImagesContext {
  /** Holds the images' disks. */
  folder: string;
  clock: Clock;
  volumes: ReadonlyMap<string, Volume>;
  report: (event: string) => void;
}

export interface ImageRequest {
  name: string;
  description?: string;
  /** Copies the disk while the instance runs, instead of restarting it so that the disk is consistent. */
  noReboot?: boolean;
  tags: Tags;
  snapshotTags?: Tags;
}

/** Images by id: Amazon's, and the account's own. */
export class Images extends Map<string, Image> {
  readonly snapshots = new Map<string, Snapshot>();

  constructor(private readonly context: ImagesContext) {
    const amazons = amazonImage();
    super([[amazons.id, amazons]]);
  }

  /** Creates an image of an instance's disk, pending until `ready` resolves; rejects if the disk can't be copied. */
  create(instance: Instance, disk: Disk, request: ImageRequest): { image: Image; ready: Promise<void> } {
    const { folder, clock, volumes, report } = this.context;
    const { instanceId, name: sourceName, imageId } = instance.specification;
    const volume = find(volumes, "volume", instance.volumeId);
    const { size, volumeType, iops, throughput, encrypted, kmsKeyId } = volume;
    const id = resourceId("ami");
    const snapshot = this.addSnapshot(id, instanceId, volume, request.snapshotTags ?? {});
    const image = new Image(
      {
        id,
        name: request.name,
        description: request.description ?? "",
        owner: "self",
        architecture: this.get(imageId)?.architecture ?? "x86_64",
        createdAt: clock.now(),
        sourceInstanceId: instanceId,
        snapshotId: snapshot.id,
        rootVolume: { size, volumeType, iops, throughput, encrypted, kmsKeyId },
        tags: request.tags,
      },
      join(folder, "images", id),
    );
    this.set(id, image);
    const copy = async () => {
      await image.capture(disk.root);
      Object.assign(snapshot, { state: "completed", completedAt: clock.now() });
      report(`image ${id} created from ${sourceName}`);
    };
    const ready = (request.noReboot ? copy() : disk.quiesced(copy)).catch((error: unknown) => {
      // Copied, but the instance didn't come back from its restart.
      if (image.state === "available") return;
      snapshot.state = "error";
      Object.assign(image, { state: "failed", failure: (error as Error).message });
      throw error;
    });
    image.ready = ready;
    return { image, ready };
  }

  /** Removes an image, but not its snapshot; no-op for an unknown one. */
  async deregister(id: string): Promise<void> {
    const image = this.get(id);
    this.delete(id);
    await image?.deregister();
  }

  private addSnapshot(imageId: string, instanceId: string, volume: Volume, tags: Tags): Snapshot {
    const snapshot: Snapshot = {
      id: resourceId("snap"),
      imageId,
      volumeId: volume.id,
      description: `Created by CreateImage(${instanceId}) for ${imageId}`,
      volumeSize: volume.size,
      encrypted: volume.encrypted,
      state: "pending",
      startedAt: this.context.clock.now(),
      tags,
    };
    this.snapshots.set(snapshot.id, snapshot);
    return snapshot;
  }
}
