/** Load on a server: at a steady rate, to see what becomes of each request; or as much as it can take, to measure it. */
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { ask, type Request } from "./client";
import { loopback } from "./servers";

export interface Sent {
  /** Its method and URL. */
  request: string;
  /** In milliseconds of performance.now(). */
  begin: number;
  end: number;
  /** A status, "refused", "silent", "reset" for a broken connection, or any other error's message. */
  outcome: string;
}

export interface Rate {
  perSecond: number;
  through?: string;
  /** How many connections to keep alive; without it each request has a new one. */
  connections?: number;
  /** Called with each request that is over. */
  onSent?: (sent: Sent) => void;
}

/** A request by its number, from 0: its URL, and more unless it is a GET. */
export type Load = (number: number) => Pick<Request, "method" | "body"> & { url: string };

/**
 * Sends GETs, or the requests of a load, until `work` is done: each when it is due, whatever became of those before.
 * @returns all of them, once the last is answered
 */
export async function under(
  load: string | Load,
  { perSecond, through, connections, onSent }: Rate,
  work: () => Promise<void>,
): Promise<Sent[]> {
  // Used in turn, so that none idles until the server closes it just as it is used again.
  const agent =
    connections === undefined
      ? undefined
      : new http.Agent({ keepAlive: true, maxSockets: connections, scheduling: "fifo" });
  const sent: Promise<Sent>[] = [];
  const requestOf: Load = typeof load === "string" ? () => ({ url: load }) : load;
  const send = async (number: number): Promise<Sent> => {
    const { url, ...request } = requestOf(number);
    const begin = performance.now();
    // On a busy machine they queue: lost is what never comes.
    const outcome = await ask(url, { ...request, through, agent, patience: 60_000 }).then(
      answer => (typeof answer === "string" ? answer : String(answer.status)),
      failure,
    );
    const done = { request: `${request.method ?? "GET"} ${url}`, begin, end: performance.now(), outcome };
    onSent?.(done);
    return done;
  };
  const begun = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - begun) / 1000) * perSecond;
    while (sent.length < due) sent.push(send(sent.length));
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  const all = await Promise.all(sent);
  agent?.destroy();
  return all;
}

function failure({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ECONNREFUSED") return "refused";
  return code === "ECONNRESET" || code === "EPIPE" ? "reset" : message;
}

/** How many requests had each outcome. */
export function count(sent: Sent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of sent) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/**
 * Sends the same HTTP/1.1 request again and again over kept-alive connections, one at a time on each. Any answer but
 * 200 is an error: a fast failure must not count.
 * @returns answers per second
 */
export async function saturate(
  port: number,
  request: string,
  { connections, milliseconds }: { connections: number; milliseconds: number },
): Promise<number> {
  const begin = performance.now();
  let answers = 0;
  const connection = async () => {
    const socket = net.connect({ port, host: loopback, noDelay: true });
    let received = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      received += chunk;
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/^content-length: *(\d+)/im.exec(received)?.[1]);
      if (!received.startsWith("HTTP/1.1 200 ") || Number.isNaN(length)) {
        socket.destroy(new Error(`unexpected answer: ${received}`));
        return;
      }
      if (received.length < end + 4 + length) return;
      received = "";
      answers++;
      if (performance.now() - begin < milliseconds) socket.write(request);
      else socket.end();
    });
    socket.write(request);
    await once(socket, "close");
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return (answers / (performance.now() - begin)) * 1000;
}
