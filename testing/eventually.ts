import { setTimeout as delay } from "node:timers/promises";

/**
 * Polls until the answer is neither undefined nor false, and resolves to it.
 * @param what the condition in words, for the error: "timed out waiting until …"
 * @param patience in ms
 */
export async function eventually<T>(
  what: string | (() => string),
  ask: () => T | Promise<T>,
  patience = 10_000,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (performance.now() > end)
      throw new Error(`timed out waiting until ${typeof what === "string" ? what : what()}`);
    await delay(20);
  }
}
