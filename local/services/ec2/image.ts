/** Images: disks that new instances are copied from. */
import { constants } from "node:fs";
import { cp, rm } from "node:fs/promises";

/** Amazon Linux 2023. Here it is empty: a host's folder starts with nothing in it. */
export const amazonLinux2023 = "ami-0a1b2c3d4e5f60718";

export class Image {
  private copies: Promise<unknown> = Promise.resolve();

  private constructor(private readonly folder: string) {}

  /** Copies a disk into an independent image. */
  static async of(disk: string, folder: string): Promise<Image> {
    await copyDisk(disk, folder);
    return new Image(folder);
  }

  async copyTo(disk: string): Promise<void> {
    const copy = copyDisk(this.folder, disk);
    this.copies = Promise.allSettled([this.copies, copy]);
    await copy;
  }

  /** Removes the image once launches in progress have copied it. */
  async deregister(): Promise<void> {
    await this.copies;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Copies a folder, by reflink where the file system supports it. */
async function copyDisk(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
}
