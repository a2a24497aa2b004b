/** Load on a server at a steady rate, to see what becomes of each request. */
import http from "node:http";
import { ask, type Request } from "./client";

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
