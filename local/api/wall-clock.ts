import { startOfMinute, type Clock } from "../clock";

/**
 * Maps the region's times to dates. Now maps to now, and an hour ago on the region's clock to an hour ago, so that a
 * request for the last hour returns the region's last hour. The downside: on a fast clock, the same moment appears ever
 * longer ago. (A fixed mapping would soon put everything in the future, where nobody looks.) The mapping moves in whole
 * minutes, so that minutes of the region's metrics are whole minutes of the wall clock. Each response has its own, so
 * that all times in it are consistent.
 */
export class WallClock {
  /** The date of the region's time 0, in milliseconds since 1970. */
  private readonly origin: number;

  constructor(clock: Pick<Clock, "now">, now: number = Date.now()) {
    this.origin = startOfMinute(now - clock.now());
  }

  /** @param time in region milliseconds */
  show(time: number): Date {
    return new Date(this.origin + Math.round(time));
  }

  /** The region's time that `show` maps to this date. */
  timeOf(date: Date): number {
    return date.getTime() - this.origin;
  }
}
