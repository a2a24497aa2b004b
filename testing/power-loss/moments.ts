/** A recording as a sequence of moments, each with what a power cut would leave then. */
import type { Random } from "../random";
import { Disk, type CrashStates } from "./disk";
import type { Recording } from "./recording";
import { bytesOf, isSocket, Replay } from "./trace";

export type Moment =
  | { kind: "received"; text: string }
  | { kind: "sent"; text: string }
  /** One that would leave, or break, something else than before. */
  | ({ kind: "power cut" } & CrashStates);

/**
 * @param recordings of one folder, one after the other without a power cut between them
 * @param limit of the states for each moment
 */
export function* momentsOf(recordings: Recording[], limit: number, random: Random): Generator<Moment> {
  const disk = new Disk(recordings[0]?.initial);
  yield { kind: "power cut", ...disk.crashStates(limit, random) };
  for (const { root, lines } of recordings)
    yield* momentsOfOne(new Replay(disk, root), lines, () => disk.crashStates(limit, random));
}

function* momentsOfOne(
  replay: Replay,
  lines: Recording["lines"],
  crashStates: () => CrashStates,
): Generator<Moment> {
  for (const line of lines) {
    const { call, kind } = line;
    if (replay.take(line)) yield { kind: "power cut", ...crashStates() };
    else if (/^(read|recv)/.test(call.name) && kind === "end" && call.result > 0 && isSocket(call))
      yield { kind: "received", text: textOf(call.args[1]) };
    else if (/^(write|send)/.test(call.name) && kind === "begin" && isSocket(call)) {
      // At its begin: the other side may have it before the call returns. From now on it counts.
      yield { kind: "sent", text: textOf(call.args[1]) };
      yield { kind: "power cut", ...crashStates() };
    }
  }
}

const textOf = (argument = "") => bytesOf(argument).toString("latin1");
