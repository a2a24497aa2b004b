/**
 * The region's clock. It runs `speed` times faster than real time and scales everything AWS does by the minute:
 * health check intervals, CloudWatch periods, warm-up, deregistration delay. Connection timeouts don't use it:
 * they are real seconds, as on AWS.
 */
export interface Clock {
  /** Region seconds per real second. */
  readonly speed: number;
  /** Region milliseconds since the region started. */
  now(): number;
  /** Calls back once, after `delay` region milliseconds; returns a function that cancels it. */
  after(delay: number, callback: () => void): () => void;
  /** Calls back every `interval` region milliseconds, but never within 200 real ones; returns a function that stops it. */
  every(interval: number, callback: () => void): () => void;
}

/** In real milliseconds. More frequent checks would measure the laptop, not the service. */
const shortestRealInterval = 200;

export function realClock(speed: number): Clock {
  const start = performance.now();
  return {
    speed,
    now: () => (performance.now() - start) * speed,
    after(delay, callback) {
      const timer = setTimeout(callback, delay / speed);
      return () => clearTimeout(timer);
    },
    every(interval, callback) {
      const timer = setInterval(callback, Math.max(shortestRealInterval, interval / speed));
      return () => clearInterval(timer);
    },
  };
}

/**
 * The same clock, whose equal intervals end together: it costs more to wake an idle process than to do what it woke for.
 * So the first call comes half an interval after `every`, or up to one and a half.
 */
export function inStep(clock: Clock): Clock {
  const beats = new Map<number, { calls: Set<() => void>; stop: () => void }>();
  const start = (interval: number) => {
    const calls = new Set<() => void>();
    const stop = clock.every(interval, () => {
      for (const call of calls) call();
    });
    const beat = { calls, stop };
    beats.set(interval, beat);
    return beat;
  };
  return {
    speed: clock.speed,
    now: () => clock.now(),
    after: (delay, callback) => clock.after(delay, callback),
    every(interval, callback) {
      const beat = beats.get(interval) ?? start(interval);
      const begin = clock.now() + interval / 2;
      const call = () => {
        if (clock.now() >= begin) callback();
      };
      beat.calls.add(call);
      return () => {
        beat.calls.delete(call);
        if (beat.calls.size > 0 || beats.get(interval) !== beat) return;
        beat.stop();
        beats.delete(interval);
      };
    },
  };
}

export const minute = 60_000;

export const startOfMinute = (time: number): number => Math.floor(time / minute) * minute;

/**
 * Calls back at the end of each region minute with that minute's start; never twice for the same minute, and not at
 * all for minutes this process slept through. Returns a function that stops it.
 */
export function eachMinute(clock: Clock, callback: (start: number) => void): () => void {
  let end = startOfMinute(clock.now());
  let cancel: () => void = () => undefined;
  const next = () => {
    // Timers can fire slightly early, so never schedule the same minute twice.
    end = Math.max(end, startOfMinute(clock.now())) + minute;
    cancel = clock.after(end - clock.now(), () => {
      const start = end - minute;
      next();
      callback(start);
    });
  };
  next();
  return () => cancel();
}
