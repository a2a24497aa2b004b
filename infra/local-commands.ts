/** What the program runs on the deploying machine, by the command provider. */

/** Waits as long as a load balancer lets a deregistered target finish its requests. */
export function waitCommand(seconds: number): string {
  return `node -e "setTimeout(() => undefined, ${seconds * 1000})"`;
}

/** Reads a RefreshWait from standard input. */
export const awaitRefreshCommand =
  "node --disable-warning=NodeVersionSupportWarning --require ./infra/typescript.cjs infra/await-refresh.ts";
