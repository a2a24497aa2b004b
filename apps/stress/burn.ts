/** What a worker thread does. */
import { constants, setPriority } from "node:os";

/** Milliseconds of a round that are spent busy, and what part of them is then spent at rest. */
const busy = 90;
const restPerBusy = 10 / 90;

/** What rounds need of the thread that they are run on. Times are in milliseconds. */
export interface Thread {
  now: () => number;
  /** Told between two rounds. */
  ended: () => boolean;
  /** Leaves the CPU to others, and may come back late. */
  rest: (length: number) => void;
}

/** Keeps this thread busy until `end`, in nanoseconds of process.hrtime; it may be moved meanwhile. */
export function burn(end: BigInt64Array): void {
  // On Linux a priority is a thread's own; elsewhere this would slow the answers down as well.
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

  runRounds({
    now: () => performance.now(),
    ended: () => process.hrtime.bigint() >= Atomics.load(end, 0),
    rest: length => {
      Atomics.wait(end, 0, Atomics.load(end, 0), length);
    },
  });
}

/**
 * Busy means that the thread wants a CPU for 90 % of the time. At 100 %, one busy host and one at rest would average a
 * hair above 50 %, their fleet's target, or not, as the noise falls; like this, one busy host of two is clearly below.
 */
export function runRounds({ now, ended, rest }: Thread): void {
  let begin = now();
  while (!ended()) {
    while (now() - begin < busy);
    // A thread of low priority waits for its CPU, and so may be late at the end of both: the parts stay the same.
    const tired = now();
    const length = (tired - begin) * restPerBusy;
    rest(length);
    begin = Math.min(now(), tired + length);
  }
}
