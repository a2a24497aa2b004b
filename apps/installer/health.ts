import { get, type ClientRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Resolves once GET /health has answered 200 on every port.
 * @param ports of 127.0.0.1
 * @param whileNot called after every failed attempt; what it throws ends the wait
 */
export async function untilHealthy(
  ports: number[],
  signal: AbortSignal,
  whileNot: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const port of ports) {
    while (!(await answersHealth(port, signal))) {
      signal.throwIfAborted();
      await whileNot();
      await delay(50, undefined, { signal });
    }
  }
}

async function answersHealth(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    get({ host: "127.0.0.1", port, path: "/health", signal, timeout: 1_000, agent: false }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on("timeout", function (this: ClientRequest) {
        this.destroy();
      })
      .on("error", () => resolve(false));
  });
}
