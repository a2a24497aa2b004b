import { startOfMinute, type Clock } from "../clock";

/**
 * Maps the region's times to dates. Now is now, and an hour ago on the region's clock is shown as an hour ago, so that
 * asking for the last hour, as one would on AWS, returns the region's last hour. The price: on a fast clock the same
 * moment is shown as ever longer ago. A fixed mapping would soon put everything into the future, where nobody looks. The
 * mapping moves by whole minutes, so that CloudWatch's minutes of the region are whole minutes of the wall clock.
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
