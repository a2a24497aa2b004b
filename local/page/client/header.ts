/** The region's clock, the totals, a start's progress, and whether the region answers. */
import { byId, html, refresh, setText } from "./dom";
import { plural, shortCount, timeOfDay } from "./format";
import { reducedMotion } from "./pulses";
import type { PageState } from "./state";

export class Header {
  private readonly totals = byId("totals");
  private flowsBefore = 0;

  constructor(private readonly state: PageState) {}

  /** Each second of the region. */
  showTime(): void {
    const { at, region } = this.state;
    setText(byId("now"), timeOfDay(region.startedAt, at));
    setText(byId("speed"), speedText(region.speed));
    if (!reducedMotion.matches)
      byId("ring").animate([{ strokeDasharray: "0 100" }, { strokeDasharray: "100 100" }], {
        duration: 1000,
      });
  }

  /** Once a second. */
  showTotals(): void {
    const { totals, picture } = this.state;
    const { progress, autoScalingGroups } = picture;
    const rate = Math.max(0, totals.flows - this.flowsBefore);
    this.flowsBefore = totals.flows;
    const most = sum(autoScalingGroups.map(({ maxSize }) => maxSize));
    const launched = sum(autoScalingGroups.map(({ instances }) => instances.length));
    const shown: [string, string][] = [
      progress.ready
        ? [shortCount(rate), rate === 1 ? "flow a second" : "flows a second"]
        : [String(progress.made), `of ${progress.declared} resources`],
      [shortCount(totals.dropped), "dropped"],
      ...(autoScalingGroups.length > 0
        ? [[String(launched), `of ${plural(most, "instance")}`] satisfies [string, string]]
        : []),
    ];
    refresh(this.totals, shown, () =>
      shown.map(([value, name]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))),
    );
  }

  /** After a snapshot the totals begin anew. */
  reset(): void {
    this.flowsBefore = this.state.totals.flows;
  }
}

function speedText(speed: number): string {
  if (speed === 1) return "the clock runs as AWS’s";
  return speed === 60 ? "an AWS minute takes a second" : `${speed} times as fast as AWS`;
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
