import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { removeAbandoned, workFolder } from "../apps/shipping/work-folder";
import { onCleanUp } from "./clean-up";

const prefix = "elastic-fleet-test";

/** Removes what killed test runs have left. */
export function removeAbandonedFolders(): void {
  removeAbandoned(tmpdir(), prefix);
}

/** An empty folder, removed by `cleanUp`. */
export function temporaryFolder(parent = tmpdir()): string {
  const folder = workFolder(parent, prefix);
  onCleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
