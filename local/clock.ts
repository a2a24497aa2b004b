/**
 * The region's clock. It runs `speed` times faster than real time and scales what AWS does by the minute:
 * health check intervals, CloudWatch periods, warm-up, deregistration delay. Time-outs of a connection
 * never pass through it: they are real seconds here as there.
 */
export interface Clock {
  /** Region seconds in a real one. */
  readonly speed: number;
  /** Region milliseconds since the region started. */
  now(): number;
  /** Calls back once, `delay` region milliseconds from now; the result cancels it. */
  after(delay: number, callback: () => void): () => void;
  /** Calls back every `interval` region milliseconds, at most every 200 real ones; the result ends it. */
  every(interval: number, callback: () => void): () => void;
}

/** Checks more often than this would measure the laptop, not the service. */
const shortestRealInterval = 200;

export function realClock(speed: number): Clock {
  const start = performance.now();
  return {
    speed,
    now: () => (performance.now() - start) * speed,
    after(delay, callback) {
      const timer = setTimeout(callback, delay / speed);
      return () => {
        clearTimeout(timer);
      };
    },
    every(interval, callback) {
      const timer = setInterval(callback, Math.max(shortestRealInterval, interval / speed));
      return () => {
        clearInterval(timer);
      };
    },
  };
}

export const minute = 60_000;

export const startOfMinute = (time: number): number => Math.floor(time / minute) * minute;

/**
 * Calls back as soon as a minute of the region is over, with its beginning; never twice for one, and not at all for
 * minutes that this process slept through. The result ends it.
 */
export function eachMinute(clock: Clock, callback: (begin: number) => void): () => void {
  let end = startOfMinute(clock.now());
  let cancel: () => void = () => undefined;
  const next = () => {
    // Timers may fire a little early: the minute after the last is the least that comes next.
    end = Math.max(end, startOfMinute(clock.now())) + minute;
    cancel = clock.after(end - clock.now(), () => {
      const begin = end - minute;
      next();
      callback(begin);
    });
  };
  next();
  return () => {
    cancel();
  };
}
