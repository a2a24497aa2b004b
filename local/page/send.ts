/** Requests that the page sends from a place in the region, judged like any other. */
import http from "node:http";
import { TlsAgent } from "../network/http/tls";
import type { Connection } from "../network/router";
import type { LoadAnswer, SendAnswer } from "./events";

export interface Exchange {
  connection: Connection;
  /** Whether to speak HTTPS. */
  tls: boolean;
  /** The Host field. */
  host: string;
  method: string;
  path: string;
  body?: string;
}

/** In real milliseconds; longer than a receiver waits for its upstreams. */
const patience = 10_000;
/** In bytes. */
const largestBody = 4 * 1024;

/** A dropped request is told at once: no answer would ever come. */
export async function exchange(request: Exchange): Promise<SendAnswer> {
  const begin = performance.now();
  const { connection } = request;
  const outcome = connection.outcome === "open" ? await ask(connection, request) : connection;
  return { ...outcome, milliseconds: Math.round(performance.now() - begin) };
}

type Asked =
  Omit<Extract<SendAnswer, { outcome: "answered" }>, "milliseconds"> | { outcome: "failed"; message: string };

function ask(
  { agent: plain, host: loopback, port }: Extract<Connection, { outcome: "open" }>,
  { tls, host, method, path, body }: Exchange,
): Promise<Asked> {
  return new Promise(resolve => {
    const headers: http.OutgoingHttpHeaders = { host };
    if (body !== undefined)
      Object.assign(headers, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      });
    const fail = (message: string) => resolve({ outcome: "failed", message });
    const signal = AbortSignal.timeout(patience);
    const agent = tls ? new TlsAgent(plain, host.replace(/:\d+$/, "")) : plain;
    const sent = http.request({ agent, host: loopback, port, method, path, headers, signal });
    sent.on("error", error => fail(signal.aborted ? `no answer within ${patience / 1000} s` : error.message));
    sent.on("response", response => {
      const chunks: Buffer[] = [];
      let size = 0;
      const end = () => {
        const text = Buffer.concat(chunks).subarray(0, largestBody).toString("utf8");
        const truncated = size > largestBody;
        resolve({ outcome: "answered", status: response.statusCode ?? 0, body: text, truncated });
      };
      response.on("data", (chunk: Buffer) => {
        if (size <= largestBody) chunks.push(chunk);
        size += chunk.length;
      });
      response.on("end", end);
      response.on("error", error => fail(error.message));
    });
    sent.end(body);
  });
}

const parallel = 10;

/** Sends a number of requests, some at a time, each over the connection that it is given when its turn comes. */
export async function load(count: number, next: () => Exchange): Promise<LoadAnswer> {
  const begin = performance.now();
  const statuses: Record<string, number> = {};
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const answer = await exchange(next());
      const status = answer.outcome === "answered" ? String(answer.status) : "none";
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
  return { statuses, milliseconds: Math.round(performance.now() - begin) };
}
