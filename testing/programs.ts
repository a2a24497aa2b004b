/** Programs that some tests drive, and that a machine may lack. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program is in PATH; undefined if it isn't there. */
export function programPath(name: string): string | undefined {
  const candidates = (process.env["PATH"] ?? "").split(delimiter).map(folder => join(folder, name));
  return candidates.find(isExecutable);
}

/**
 * Describes tests that drive programs, given with how to install each. Where one is missing they are skipped, with a
 * message that says so; with REQUIRE_PROGRAMS=1 they fail instead.
 */
export function describeWith(
  programs: Readonly<Record<string, string>>,
  title: string,
  tests: () => void,
): void {
  const missing = Object.keys(programs).filter(name => programPath(name) === undefined);
  if (missing.length === 0) {
    describe(title, tests);
    return;
  }
  const remedies = missing.map(name => `${name} is not in PATH (${programs[name]})`).join("; ");
  if (process.env["REQUIRE_PROGRAMS"] === "1") {
    test(title, () => {
      throw new Error(remedies);
    });
  } else describe(`${remedies}: NOT tested`, () => test.skip(title, () => undefined));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
