/** What a worker thread does. */
import { constants, setPriority } from "node:os";

/** Milliseconds of a round that are spent busy, and what part of them is then spent at rest. */
const busy = 90;
const restPerBusy = 10 / 90;

/**
 * Keeps this thread busy until `end`, in nanoseconds of process.hrtime; it may be moved meanwhile. Busy means that it
 * wants a CPU for 90 % of the time. At 100 %, one busy host and one at rest would average a hair above 50 %, their
 * fleet's target, or not, as the noise falls; like this, one busy host of two is clearly below.
 */
export function burn(end: BigInt64Array): void {
  // On Linux a priority is a thread's own; elsewhere this would slow the answers down as well.
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

  let begin = performance.now();
  for (;;) {
    const seen = Atomics.load(end, 0);
    if (process.hrtime.bigint() >= seen) return;
    while (performance.now() - begin < busy);
    // A thread of low priority waits for its CPU, and so may be late at the end of both: the parts stay the same.
    const tired = performance.now();
    const rest = (tired - begin) * restPerBusy;
    Atomics.wait(end, 0, seen, rest);
    begin = Math.min(performance.now(), tired + rest);
  }
}
