/** Kills of services' processes, and which lost requests they explain. */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Supervisor } from "../local/hosts/supervisor";
import { eventually } from "./eventually";
import type { Sent } from "./load";

export interface Kill {
  /** When the signal was sent, in milliseconds of performance.now(). */
  begin: number;
  /** When the system had let go of the process, and clients knew that its connections had ended. */
  end: number;
  /** When the next process listened. */
  back: number;
}

/** Time for a client to notice that a connection has ended, in ms: until then, it sends requests on it. */
const noticeTime = 20;

/** Resolves once the process is gone, and its clients know. */
export async function killed(pid: number): Promise<Omit<Kill, "back">> {
  const begin = performance.now();
  process.kill(pid, "SIGKILL");
  while (existsSync(`/proc/${pid}`)) await delay(1);
  await delay(noticeTime);
  return { begin, end: performance.now() };
}

/** Kills a service's process; resolves once the next one listens. */
export async function crash(service: Supervisor): Promise<Kill> {
  const { pid } = service;
  if (pid === undefined) throw new Error("the service has no process");
  const kill = await killed(pid);
  await eventually("another process runs", () => service.pid !== undefined && service.pid !== pid);
  await service.listening(AbortSignal.timeout(20_000));
  return { ...kill, back: performance.now() };
}

/** Those that were not answered with 200. */
export const lost = (sent: Sent[]): Sent[] => sent.filter(({ outcome }) => outcome !== "200");

/** Whether the request was in flight at the kill: it began before its end, and was over after its begin. */
export const explains = ({ begin, end }: Kill, request: Sent): boolean =>
  request.begin <= end && request.end >= begin;

/** The shortest time a receiver gives an upstream, in milliseconds: on a busy machine a start may take longer. */
const upstreamTimeout = 600;
const gaveUp = ({ begin, end, outcome }: Sent) => outcome === "502" && end - begin >= upstreamTimeout;

/** Lost requests that neither a kill explains, nor a receiver's time-out while a process was away. */
export function unexplained(sent: Sent[], kills: Kill[]): Sent[] {
  return lost(sent).filter(
    request =>
      !kills.some(
        kill =>
          explains(kill, request) || (gaveUp(request) && explains({ ...kill, end: kill.back }, request)),
      ),
  );
}
