import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onCleanUp } from "./clean-up";

/** An empty folder, removed by `cleanUp`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "elastic-fleet-test-"));
  onCleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
