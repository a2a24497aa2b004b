import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks again and again until there is an answer other than undefined and false, and resolves to it.
 * @param what completes "it did not come to be in time that …"
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
      throw new Error(`it did not come to be in time that ${typeof what === "string" ? what : what()}`);
    await delay(20);
  }
}
