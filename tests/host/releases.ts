/** Releases with the real installer, and a service that is broken on purpose or slightly changed. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create, extract } from "tar";
import type { ServiceName } from "../../apps/ports";
import { buildRelease, type Release } from "../../apps/shipping/release";

const { HOSTS_FOLDER: folder = "" } = process.env;

/** The service's release with another program, which `programFrom` makes of its own. */
export async function releaseWith(
  service: ServiceName,
  programFrom: (program: string) => string,
): Promise<Release> {
  const work = await mkdtemp(join(folder, "release-"));
  await extract({ file: (await buildRelease(service)).archive, cwd: work });
  const main = join(work, "main.js");
  await writeFile(main, programFrom(await readFile(main, "utf8")));
  const built = join(work, "release.tar");
  await create({ cwd: work, file: built, portable: true }, ["installer.js", "main.js"]);
  const sha256 = createHash("sha256")
    .update(await readFile(built))
    .digest("hex");
  const archive = join(work, `${service}-${sha256}.tar`);
  await rename(built, archive);
  return { service, sha256, archive };
}

/** Another release of the same service. */
export const anotherRelease = (service: ServiceName) =>
  releaseWith(service, program => `${program}\n// another`);
