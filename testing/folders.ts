/** For tests: folders that go with the test that made them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onClose } from "./servers";

/** An empty folder until `closeAll`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "elastic-fleet-local-"));
  onClose(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
