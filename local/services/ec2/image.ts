/** Images: disks that new instances are copied from, and their snapshots. */
import { constants } from "node:fs";
import { cp, rm } from "node:fs/promises";
import type { Tags } from "../../network/reachability/vpc-model";
import type { VolumeSettings } from "./volumes";

/** Amazon Linux 2023. Here it is empty: a host's folder starts with nothing in it. */
export const amazonLinux2023 = "ami-0a1b2c3d4e5f60718";

export interface Snapshot {
  id: string;
  /** The image that it was made for. */
  imageId: string;
  volumeId: string;
  description: string;
  volumeSize: number;
  encrypted: boolean;
  state: "pending" | "completed" | "error";
  /** In region milliseconds. */
  startedAt: number;
  completedAt?: number;
  tags: Tags;
}

export type ImageAttributes = Omit<
  Image,
  "state" | "failure" | "ready" | "capture" | "copyTo" | "deregister"
>;

export class Image {
  readonly id!: string;
  readonly name!: string;
  readonly description!: string;
  /** Amazon's public image, or one of the account's own. */
  readonly owner!: "amazon" | "self";
  readonly architecture!: "x86_64" | "arm64";
  /** In region milliseconds. */
  readonly createdAt!: number;
  readonly sourceInstanceId?: string;
  readonly snapshotId!: string;
  readonly rootVolume!: VolumeSettings;
  tags!: Tags;
  state: "pending" | "available" | "failed" = "pending";
  /** Why it failed. */
  failure?: string;
  /** Resolves once it is available, and rejects if it fails. */
  ready: Promise<void> = Promise.resolve();
  private copies: Promise<unknown> = Promise.resolve();

  /** @param folder holds its disk; absent if the disk is empty */
  constructor(
    attributes: ImageAttributes,
    private readonly folder?: string,
  ) {
    Object.assign(this, attributes);
    if (folder === undefined) this.state = "available";
  }

  /** Copies a disk into the image, which is then available. */
  async capture(disk: string): Promise<void> {
    if (this.folder === undefined) return;
    const copy = copyDisk(disk, this.folder);
    this.copies = Promise.allSettled([this.copies, copy]);
    await copy;
    this.state = "available";
  }

  async copyTo(disk: string): Promise<void> {
    if (this.folder === undefined) return;
    const copy = copyDisk(this.folder, disk);
    this.copies = Promise.allSettled([this.copies, copy]);
    await copy;
  }

  /** Removes the image once copies in progress have ended. */
  async deregister(): Promise<void> {
    await this.copies;
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }
}

/** Amazon's public image, as DescribeImages shows it. */
export function amazonImage(): Image {
  return new Image({
    id: amazonLinux2023,
    name: "al2023-ami-2023.9.20251105.0-kernel-6.1-x86_64",
    description: "Amazon Linux 2023 AMI 2023.9.20251105.0 x86_64 HVM kernel-6.1",
    owner: "amazon",
    architecture: "x86_64",
    createdAt: 0,
    snapshotId: "snap-0a1b2c3d4e5f60718",
    rootVolume: { size: 8, volumeType: "gp3", iops: 3000, throughput: 125, encrypted: false },
    tags: {},
  });
}

/** Copies a folder, by reflink where the file system supports it. */
async function copyDisk(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
}
