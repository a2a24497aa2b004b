/** Stops, closes and removes what tests start, open and make. */

type CleanUp = () => unknown;

/** The innermost scope is the last; the first one always stays. */
const scopes: CleanUp[][] = [[]];

/** Registers a clean-up in the current scope; the last registered runs first. */
export function onCleanUp(clean: CleanUp): void {
  scopes.at(-1)?.push(clean);
}

/** `cleanUp` then leaves alone what was registered before, for another `cleanUp`. */
export function openScope(): void {
  scopes.push([]);
}

/**
 * Runs every clean-up of the current scope, and closes the scope; set-up.ts calls it after each test.
 * @throws if any of them failed, once all have run
 */
export async function cleanUp(): Promise<void> {
  const scope = scopes.at(-1) ?? [];
  const errors: unknown[] = [];
  while (scope.length > 0) {
    try {
      await scope.pop()?.();
    } catch (error) {
      errors.push(error);
    }
  }
  if (scopes.length > 1) scopes.pop();
  if (errors.length > 1) throw new AggregateError(errors, "several clean-ups failed");
  if (errors.length === 1) throw errors[0];
}
