/** As much load as a server can take, by a client that costs as little as possible beside it. */
import { once } from "node:events";
import net from "node:net";
import { loopback } from "../testing/servers";

export interface Load {
  port: number;
  /** In HTTP/1.1, head and body. */
  request: string;
  connections: number;
  milliseconds: number;
  /** After so many it ends sooner. */
  answers?: number;
  /** From an answer to the next request, in milliseconds. */
  pause?: number;
}

export interface Served {
  answers: number;
  perSecond: number;
  /** Of the milliseconds from a request to its complete answer. */
  percentile99: number;
}

const nothing = Buffer.alloc(0);
const endOfHead = "\r\n\r\n";

/**
 * Sends the same request again and again over kept-alive connections, one at a time on each. Any answer but 200 is an
 * error: a fast failure must not count.
 */
export async function saturate({
  port,
  request,
  connections,
  milliseconds,
  answers = Infinity,
  pause = 0,
}: Load): Promise<Served> {
  const begin = performance.now();
  const latencies: number[] = [];
  let usualLength = NaN;

  const connection = async () => {
    const socket = net.connect({ port, host: loopback, noDelay: true });
    let asked = 0;
    let received = nothing;
    const ask = () => {
      asked = performance.now();
      socket.write(request, "latin1");
    };
    const answered = () => {
      usualLength = received.length;
      received = nothing;
      const now = performance.now();
      latencies.push(now - asked);
      if (now + pause - begin >= milliseconds || latencies.length >= answers) socket.end();
      else if (pause === 0) ask();
      else setTimeout(ask, pause);
    };
    socket.on("data", chunk => {
      received = received === nothing ? chunk : Buffer.concat([received, chunk]);
      // Nearly all are as long as the last.
      const isUsual = received.length === usualLength && isOk(received);
      const length = isUsual ? usualLength : lengthOf(received);
      if (received.length === length) answered();
      else if (!(received.length < length))
        socket.destroy(new Error(`unexpected answer: ${received.toString("latin1")}`));
    });
    ask();
    await once(socket, "close");
    if (!socket.writableEnded) throw new Error("the server closed a connection");
  };

  await Promise.all(Array.from({ length: connections }, connection));
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    answers: latencies.length,
    perSecond: latencies.length / seconds,
    percentile99: quantile(latencies, 0.99),
  };
}

function isOk(answer: Buffer): boolean {
  return answer.toString("latin1", 0, 13) === "HTTP/1.1 200 ";
}

/** Of the whole answer, in bytes; Infinity while its head is incomplete, NaN if it is not as expected. */
function lengthOf(received: Buffer): number {
  const end = received.indexOf(endOfHead);
  if (end < 0) return Infinity;
  const [, body] = /^content-length: *(\d+)/im.exec(received.toString("latin1", 0, end)) ?? [];
  return isOk(received) ? end + endOfHead.length + Number(body) : NaN;
}

/** @param sorted ascending */
export function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? NaN;
}
