/** For tests, in place of hosts/runtime.ts: the runtime that hosts get is 53 MB, here it is the Node that runs the test. */
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

export function placeRuntime(_archive: string, binary: string): void {
  if (existsSync(binary)) return;
  mkdirSync(dirname(binary), { recursive: true });
  symlinkSync(process.execPath, binary);
}
