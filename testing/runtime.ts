/**
 * Imported before local/hosts/runtime.ts, it stands in for it: the runtime that hosts get is 53 MB, here it is the
 * Node that runs the test.
 */
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

function placeRuntime(_archive: string, binary: string): void {
  if (existsSync(binary)) return;
  mkdirSync(dirname(binary), { recursive: true });
  symlinkSync(process.execPath, binary);
}

jest.doMock("../local/hosts/runtime", () => ({ placeRuntime }));
