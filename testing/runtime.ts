/** Replaces hosts/runtime.ts in tests: the Node that runs the test, in place of a runtime of 53 MB. */
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

export function placeRuntime(_archive: string, binary: string): void {
  if (existsSync(binary)) return;
  mkdirSync(dirname(binary), { recursive: true });
  symlinkSync(process.execPath, binary);
}
