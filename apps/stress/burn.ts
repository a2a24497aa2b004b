import { constants, setPriority } from "node:os";

/** Milliseconds of a round that are busy, and the rest that follows as a fraction of them. */
const busy = 90;
const restPerBusy = 10 / 90;

/** What rounds need of their thread. Times are in milliseconds. */
export interface Thread {
  now: () => number;
  /** Checked between rounds. */
  ended: () => boolean;
  /** Yields the CPU, and may come back late. */
  rest: (length: number) => void;
}

/** Keeps this thread busy until `end`, in nanoseconds of process.hrtime, which may be moved meanwhile. */
export function burn(end: BigInt64Array): void {
  // On Linux priority is per thread; elsewhere this would slow down the answers, too.
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

  runRounds({
    now: () => performance.now(),
    ended: () => process.hrtime.bigint() >= Atomics.load(end, 0),
    rest: length => void Atomics.wait(end, 0, Atomics.load(end, 0), length),
  });
}

/**
 * Busy means wanting a CPU 90 % of the time. At 100 %, one busy and one idle host would average a hair above 50 %, the
 * fleet's target, or below it, depending on noise; like this, one busy host of two is clearly below.
 */
export function runRounds({ now, ended, rest }: Thread): void {
  let begin = now();
  while (!ended()) {
    while (now() - begin < busy);
    // A low-priority thread waits for its CPU, so both parts may run late; their ratio stays the same.
    const tired = now();
    const length = (tired - begin) * restPerBusy;
    rest(length);
    begin = Math.min(now(), tired + length);
  }
}
