import type { RequestListener, ServerResponse } from "node:http";
import type { NetworkAcl } from "@aws-sdk/client-ec2";
import type { Logger } from "pino";
import { createApp, sendJson, withBody, type Handler } from "../common/app";
import { seedUpdateSchema } from "../common/seed";

/** All that the receiver asks of others. Each rejects anything but the promised answer. */
export interface Upstreams {
  readSeed: (signal: AbortSignal) => Promise<number>;
  updateSeed: (num: number, signal: AbortSignal) => Promise<void>;
  publicAddress: (signal: AbortSignal) => Promise<string>;
  networkAcls: (signal: AbortSignal) => Promise<NetworkAcl[]>;
}

/** In ms, for all upstreams of a request together: we promise clients an answer within 2 s. */
const deadline = 1_700;

export function createReceiverApp(upstreams: Upstreams, log: Logger): RequestListener {
  const answer = async (response: ServerResponse, work: (signal: AbortSignal) => Promise<object>) => {
    // Not AbortSignal.timeout(), which would keep all of the request until then.
    const controller = new AbortController();
    const timeUp = () => controller.abort(new DOMException("The request took too long", "TimeoutError"));
    const timer = setTimeout(timeUp, deadline);
    try {
      sendJson(response, 200, await work(controller.signal));
    } catch (error) {
      log.error({ err: error }, "an upstream failed");
      sendJson(response, 502, "Error in processing request");
    } finally {
      clearTimeout(timer);
    }
  };

  const get: Handler = (_request, response) =>
    answer(response, async signal => {
      const [seed, address] = await Promise.all([
        within(signal, "data-access", upstreams.readSeed),
        within(signal, "IMDS", upstreams.publicAddress),
      ]);
      return { seed, server_ip_address: address };
    });

  const post = withBody(seedUpdateSchema, ({ num }, response) =>
    answer(response, async signal => {
      await within(signal, "data-access", () => upstreams.updateSeed(num, signal));
      return { NetworkAcls: await within(signal, "EC2", upstreams.networkAcls) };
    }),
  );

  return createApp(log, { "/": { get, post } });
}

/**
 * Names the upstream in any failure, and gives up on it in time even if its client ignores the signal, as the AWS SDK
 * does while it waits for credentials.
 */
async function within<T>(
  signal: AbortSignal,
  upstream: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    signal.throwIfAborted();
    const timeUp = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
    return await Promise.race([timeUp, ask(signal)]);
  } catch (cause) {
    throw new Error(`${upstream} failed`, { cause });
  }
}
