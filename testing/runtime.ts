/**
 * Replaces local/hosts/runtime.ts when imported before it: the Node that runs the test, in place of a runtime of 53 MB.
 */
import { mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

function placeRuntime(_archive: string, binary: string): void {
  mkdirSync(dirname(binary), { recursive: true });
  symlinkSync(process.execPath, binary);
}

jest.doMock("../local/hosts/runtime", () => ({ assertRuntime: () => undefined, placeRuntime }));
