import { startOfMinute, type Clock } from "../clock";

/**
 * What people are shown of the region's times. Now is now, and what was an hour ago on the region's clock is shown as an
 * hour ago: whoever asks for the last hour, as they would on AWS, gets the region's. The price is that on a fast clock
 * the same moment is shown as ever longer ago, as it is; a mapping that stood still would soon have shown all in the
 * future, where nobody asks. Moved by whole minutes, so that a minute of the region is one of the wall, as CloudWatch
 * has them.
 */
export class WallClock {
  /** What is shown of the region's time 0, in milliseconds since 1970. */
  private readonly origin: number;

  constructor(clock: Pick<Clock, "now">, now: number = Date.now()) {
    this.origin = startOfMinute(now - clock.now());
  }

  /** @param time in region milliseconds */
  show(time: number): Date {
    return new Date(this.origin + Math.round(time));
  }

  /** The region's time that is shown as this date. */
  timeOf(date: Date): number {
    return date.getTime() - this.origin;
  }
}
