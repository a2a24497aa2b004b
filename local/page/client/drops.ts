/** "Dropped, and why": one entry for each kind of drop, the newest kind first. */
import type { Drop } from "../events";
import { byId, html, refresh, setText } from "./dom";
import { shortCount, timeOfDay } from "./format";
import type { PageState } from "./state";

const mostShown = 20;

export class Drops {
  private readonly list = byId("drops-list");
  private readonly total = byId("drops-total");

  constructor(
    private readonly state: PageState,
    private readonly explain: (drop: Drop) => void,
  ) {}

  /** Lists the kinds; their counts follow once a second. */
  show(): void {
    const { state } = this;
    const drops = [...state.drops.values()].reverse().slice(0, mostShown);
    refresh(
      this.list,
      [
        state.picture.suggestions.length > 0,
        drops.map(({ kind, text, where }) => [kind, text, where.nearest]),
      ],
      () =>
        drops.length === 0
          ? [
              html(
                "p",
                { class: "empty" },
                state.picture.suggestions.length > 0
                  ? "Nothing was dropped yet. Knock where no rule lets you in, below, and see where it ends."
                  : "Nothing was dropped yet.",
              ),
            ]
          : [
              html(
                "ol",
                { tabindex: 0, "aria-label": "Dropped flows" },
                ...drops.map(drop => this.item(drop)),
              ),
            ],
    );
    this.tick();
  }

  tick(): void {
    const { state } = this;
    setText(
      this.total,
      state.totals.dropped > 0 ? `${shortCount(state.totals.dropped)} in all, newest kind first` : "",
    );
    for (const times of this.list.querySelectorAll<HTMLElement>("[data-kind]")) {
      const drop = state.drops.get(times.dataset["kind"] ?? "");
      if (!drop) continue;
      const count = drop.count > 1 ? `${shortCount(drop.count)} times, ` : "";
      setText(times, count + timeOfDay(state.region.startedAt, drop.at));
    }
  }

  private item(drop: Drop): HTMLElement {
    const { state } = this;
    const { kind, from, to, port, text, where, healthCheck } = drop;
    return html(
      "li",
      {},
      html(
        "div",
        { class: "drop-title" },
        html("span", { class: "dropped", "aria-hidden": "true" }, "✕"),
        html("span", {}, `${state.name(from)} → ${state.name(to)} :${port}`),
        html("span", { class: "times", "data-kind": kind }),
      ),
      text,
      healthCheck && html("span", { class: "mute" }, " A health check."),
      where.nearest && html("span", { class: "mute" }, ` ${state.nearest(where.nearest)}`),
      " ",
      html(
        "button",
        {
          class: "link",
          "data-focus": `every hop ${kind}`,
          click: () => this.explain(state.drops.get(kind) ?? drop),
        },
        "Every hop",
      ),
    );
  }
}
