/** Images: the disks that instances are copied from. */
import { constants } from "node:fs";
import { cp, rm } from "node:fs/promises";

/** Amazon Linux 2023. It has no content here: a host's folder starts empty. */
export const amazonLinux2023 = "ami-0a1b2c3d4e5f60718";

export class Image {
  private copies: Promise<unknown> = Promise.resolve();

  private constructor(private readonly folder: string) {}

  /** A copy of a disk, which lives on by itself. */
  static async of(disk: string, folder: string): Promise<Image> {
    await copyDisk(disk, folder);
    return new Image(folder);
  }

  async copyTo(disk: string): Promise<void> {
    const copy = copyDisk(this.folder, disk);
    this.copies = Promise.allSettled([this.copies, copy]);
    await copy;
  }

  /** Removes the image once the launches that copy from it have their copy. */
  async deregister(): Promise<void> {
    await this.copies;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Copies a folder; where the file system can, without copying its bytes. */
async function copyDisk(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
}
