import type { Clock } from "../local/clock";

interface Timer {
  at: number;
  interval?: number;
  callback: () => void;
}

/** A clock for tests: time passes only by `advance`. */
export class FakeClock implements Clock {
  readonly speed = 1;
  private time = 0;
  private readonly timers = new Set<Timer>();

  now(): number {
    return this.time;
  }

  after(delay: number, callback: () => void): () => void {
    return this.add({ at: this.time + delay, callback });
  }

  every(interval: number, callback: () => void): () => void {
    return this.add({ at: this.time + interval, interval, callback });
  }

  /** Callbacks that still wait for their time. */
  get pending(): number {
    return this.timers.size;
  }

  /** Lets `ms` pass: all that falls due runs, each at its own time, those of one time in the order of their setting. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = next.at;
      // Set anew rather than moved, so that the order of setting stays true.
      this.timers.delete(next);
      if (next.interval !== undefined) {
        next.at += Math.max(1, next.interval);
        this.timers.add(next);
      }
      next.callback();
    }
    this.time = end;
  }

  private add(timer: Timer): () => void {
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
    };
  }

  private next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}
