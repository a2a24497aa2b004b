/** What the program runs on the deploying machine, by the command provider. */

/** @param seconds as a load balancer gives a deregistered target to finish its requests */
export function waitCommand(seconds: number): string {
  return `node -e "setTimeout(() => undefined, ${seconds * 1000})"`;
}

/** Reads a RefreshWait from standard input. */
export const awaitRefreshCommand = "node --require tsx/cjs infra/await-refresh.ts";
