import type { Clock } from "../local/clock";

interface Timer {
  at: number;
  interval?: number;
  callback: () => void;
}

/** Time passes only by `advance`. */
export class FakeClock implements Clock {
  private time = 0;
  private readonly timers = new Set<Timer>();

  constructor(readonly speed = 1) {}

  now(): number {
    return this.time;
  }

  after(delay: number, callback: () => void): () => void {
    return this.add({ at: this.time + delay, callback });
  }

  every(interval: number, callback: () => void): () => void {
    return this.add({ at: this.time + interval, interval, callback });
  }

  /** Callbacks that are still pending. */
  get pending(): number {
    return this.timers.size;
  }

  /** Lets `ms` pass: whatever falls due runs at its own time, and at the same time in the order it was set. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = next.at;
      // Set again rather than moved, to keep the order in which timers were set.
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
    return () => this.timers.delete(timer);
  }

  private next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}
