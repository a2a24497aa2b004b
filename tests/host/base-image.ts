/** The disk that every host starts from: Debian by debootstrap, made once and kept. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../apps/shipping/cache";
import { remoteUser } from "../../apps/shipping/ship";
import { run } from "./running";

const release = "bookworm";
const packages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "libpam-systemd",
  "libnss-systemd",
  "openssh-server",
  "sudo",
  "iproute2",
];

/** As on Amazon Linux: a user with sudo that needs no password. */
const setUp = `
set -eu
systemctl enable --quiet ssh systemd-networkd
useradd --create-home --shell /bin/bash ${remoteUser}
echo '${remoteUser} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/90-${remoteUser}
install -d -m 700 -o ${remoteUser} -g ${remoteUser} /home/${remoteUser}/.ssh
install -d -m 700 /root/.ssh
: > /etc/machine-id
rm -rf /var/cache/apt/archives /var/lib/apt/lists /usr/share/doc /usr/share/locale /usr/share/man
`;

/** @returns its folder; a changed recipe makes a new image */
export async function baseImage(report: (line: string) => void): Promise<string> {
  const recipe = JSON.stringify([release, packages, setUp]);
  const folder = join(cacheFolder(), "hosts", createHash("sha256").update(recipe).digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;

  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  const image = join(work, "image");
  try {
    report(`making the disk of a Debian host, once (${folder})`);
    const mirror = await mirrorOfThisMachine();
    await run([
      "debootstrap",
      "--variant=minbase",
      `--include=${packages.join(",")}`,
      release,
      image,
      ...(mirror === undefined ? [] : [mirror]),
    ]);
    await run(["chroot", image, "sh", "-c", setUp]);
    await rename(image, folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Where this machine gets Debian's packages from; undefined if nowhere, for debootstrap's own default. */
async function mirrorOfThisMachine(): Promise<string | undefined> {
  const known = ["Identifier: Packages", "Origin: Debian", `Codename: ${release}`];
  const sites = await run(["apt-get", "indextargets", "--format", "$(SITE)", ...known]);
  return sites.split("\n").find(site => site !== "");
}
