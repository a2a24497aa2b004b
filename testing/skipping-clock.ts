import type { Clock } from "../local/clock";

/** A clock whose time can also be skipped; timers don't notice, states that are computed from the time do. */
export function skippingClock(clock: Clock): Clock & { skip: (ms: number) => void } {
  let skipped = 0;
  return { ...clock, now: () => clock.now() + skipped, skip: ms => (skipped += ms) };
}
