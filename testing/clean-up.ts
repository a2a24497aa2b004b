/** Stops, closes and removes what tests start, open and make. */
import { AsyncLocalStorage } from "node:async_hooks";

type CleanUp = () => unknown;

/** The innermost scope is the last; the first one always stays. */
const scopes: CleanUp[][] = [[]];

/** The scope of what runs beside the tests. */
const ownScope = new AsyncLocalStorage<CleanUp[]>();

/** Registers a clean-up in the current scope; the last registered runs first. */
export function onCleanUp(clean: CleanUp): void {
  (ownScope.getStore() ?? scopes.at(-1))?.push(clean);
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
  try {
    await runAll(scope);
  } finally {
    if (scopes.length > 1) scopes.pop();
  }
}

/**
 * Runs every clean-up of every scope.
 * @throws as `cleanUp`, once all have run
 */
export async function cleanUpAll(): Promise<void> {
  const all = scopes.map(scope => scope.splice(0));
  scopes.splice(1);
  await runAll(all.flat());
}

/** Runs something beside the tests, in a scope of its own, and cleans up at its end, or with the current scope. */
export function inOwnScope<T>(work: () => Promise<T>): Promise<T> {
  const scope: CleanUp[] = [];
  onCleanUp(() => runAll(scope));
  return ownScope.run(scope, async () => {
    try {
      return await work();
    } finally {
      await runAll(scope);
    }
  });
}

async function runAll(scope: CleanUp[]): Promise<void> {
  const errors: unknown[] = [];
  while (scope.length > 0) {
    try {
      await scope.pop()?.();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, "several clean-ups failed");
  if (errors.length === 1) throw errors[0];
}
