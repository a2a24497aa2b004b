import { get, type IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** In bytes: as much of an answer as an error quotes. */
const quoted = 1024;
/** In ms. */
const answerTimeout = 1_000;

/** What GET /health answered last when the wait for it was over. */
export class Unhealthy extends Error {
  override name = "Unhealthy";
}

/**
 * Resolves once GET /health has answered 200 on every port.
 * @param ports of 127.0.0.1
 * @param whileNot called after every failed attempt; what it throws ends the wait
 * @throws Unhealthy once the signal fires
 */
export async function untilHealthy(
  ports: number[],
  signal: AbortSignal,
  whileNot: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const port of ports) {
    let last = "nothing answered";
    for (;;) {
      const unhealthy = await unhealthyAnswer(port, signal);
      if (unhealthy === undefined) break;
      // An attempt that the end of the wait cut off says nothing.
      if (signal.aborted) throw new Unhealthy(`GET /health on port ${port}: ${last}`);
      last = unhealthy;
      await whileNot();
      await delay(50, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What GET /health got, unless it was 200. */
async function unhealthyAnswer(port: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise(resolve => {
    const request = get(
      { host: "127.0.0.1", port, path: "/health", signal, timeout: answerTimeout, agent: false },
      response => {
        if (response.statusCode === 200) {
          response.resume();
          resolve(undefined);
          return;
        }
        beginningOf(response, quoted).then(
          body => resolve(`${response.statusCode ?? ""} ${response.statusMessage ?? ""} ${body}`.trim()),
          (error: unknown) => resolve(`${response.statusCode ?? ""}, then ${(error as Error).message}`),
        );
      },
    );
    request
      .on("timeout", () => request.destroy(new Error(`no answer within ${answerTimeout / 1000} s`)))
      .on("error", ({ message }) => resolve(message));
  });
}

/** Without what comes after so many bytes, which isn't waited for. */
async function beginningOf(response: IncomingMessage, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > bytes) break;
  }
  const text = Buffer.concat(chunks).subarray(0, bytes).toString("utf8");
  return size > bytes ? `${text}…` : text;
}
