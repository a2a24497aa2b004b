/** A steady load of requests, as many users make it: each is sent at its time, whatever became of those before. */
import { ask } from "./client";

/** What became of the requests: by status or "refused", "silent", "reset", how many. */
export type Counts = Record<string, number>;

export interface Sent {
  /** As performance.now() has it. */
  begin: number;
  end: number;
  /** A status, "refused", "silent", or "reset" for a connection that broke. */
  outcome: string;
}

/** Sends GETs until `work` is done, and resolves to all of them when the last is answered. */
export async function under(
  url: string,
  { through, perSecond }: { through: string; perSecond: number },
  work: () => Promise<void>,
): Promise<Sent[]> {
  const sent: Promise<Sent>[] = [];
  const send = async (): Promise<Sent> => {
    const begin = performance.now();
    const outcome = await ask(url, { through, patience: 10_000 }).then(
      answer => (typeof answer === "string" ? answer : String(answer.status)),
      () => "reset",
    );
    return { begin, end: performance.now(), outcome };
  };
  const timer = setInterval(() => sent.push(send()), 1000 / perSecond);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Promise.all(sent);
}

export function count(sent: Sent[]): Counts {
  const counts: Counts = {};
  for (const { outcome } of sent) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
