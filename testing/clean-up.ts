/** What tests start, open and make is stopped, closed and removed here when they are over. */

type CleanUp = () => unknown;

/** The innermost scope is the last; the first one always stays. */
const scopes: CleanUp[][] = [[]];

/** Registers what the `cleanUp` of the current scope is to do; the latest registered runs first. */
export function onCleanUp(clean: CleanUp): void {
  scopes.at(-1)?.push(clean);
}

/**
 * Pass to `beforeEach` where `beforeAll` makes things as well: `cleanUp` in `afterEach` then leaves those alone, and
 * another one in `afterAll` is for them.
 */
export function openScope(): void {
  scopes.push([]);
}

/**
 * Pass to `afterEach` or `afterAll`: runs everything that was registered in the current scope, and ends the scope.
 * @throws what failed of it, once all has been tried
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
