/** Where something was dropped: the way there in red, a cross, and the reason in words. */
import type { Drop } from "../events";
import type { Board } from "./board";
import { html, refresh, svg } from "./dom";
import { centerX, centerY, horizontal, type Point, type Rect } from "./geometry";
import { pulse } from "./pulses";
import type { Measures, Routes } from "./routes";
import type { PageState } from "./state";
import type { Wires } from "./wires";

const traceMs = 5200;
const tipMs = 7000;

interface Ending {
  /** The way of what died; absent if it never left. */
  path?: string | undefined;
  /** The way of the request, if its reply died. */
  request?: string | undefined;
  cross: Point;
  isAtWall: boolean;
}

export class Deaths {
  private measures?: Measures;
  private routes?: Routes;
  private wires?: Wires;
  /** What is drawn of each kind of drop; a repeat only lasts longer. */
  private readonly shown = new Map<string, { elements: Element[]; timer: ReturnType<typeof setTimeout> }>();
  private tip?: { element: HTMLElement; timer: ReturnType<typeof setTimeout> };

  constructor(
    private readonly element: HTMLElement,
    private readonly board: Board,
    private readonly state: PageState,
  ) {}

  /** Takes the measures of the latest drawing. */
  measured(measures: Measures, routes: Routes, wires: Wires): void {
    Object.assign(this, { measures, routes, wires });
  }

  /** Removes what was drawn at places that have moved. */
  clear(): void {
    for (const kind of this.shown.keys()) this.remove(kind);
    this.tip?.element.remove();
  }

  show(drop: Drop): void {
    const ending = this.ending(drop);
    if (!ending) return;
    const layer = this.board.layers.pulses;
    const isReply = drop.packet === "reply";
    const arrive = () => this.arrived(drop, ending);
    const die = () =>
      ending.path === undefined
        ? arrive()
        : pulse(layer, ending.path, isReply ? "dropped reply" : "dropped", { isQuick: true, done: arrive });
    if (this.shown.has(drop.kind)) {
      arrive();
      return;
    }
    const trace = ending.path === undefined ? [] : [svg("path", { class: "wire dying", d: ending.path })];
    this.board.layers.traces.append(...trace);
    this.keep(drop.kind, trace);
    if (ending.request === undefined) die();
    else pulse(layer, ending.request, "", { isQuick: true, done: die });
  }

  /** What each wall has stopped last. */
  showSentences(): void {
    const { columns, others } = this.board.arrangement;
    for (const { cells } of [...columns, ...others])
      for (const { subnet, wall } of cells) {
        const sentence = this.board.sentence(subnet.id);
        if (!wall || !sentence) continue;
        let last: Drop | undefined;
        for (const drop of this.state.drops.values())
          if (drop.where.ids.includes(wall.id) && !drop.healthCheck && drop.at >= (last?.at ?? 0))
            last = drop;
        if (last) this.say(sentence, last);
      }
  }

  private say(sentence: HTMLElement, drop: Drop): void {
    const title = this.title(drop);
    const nearest = this.state.nearest(drop.where.nearest);
    refresh(sentence, [title, drop.text, nearest], () => [
      html("b", {}, `✕ ${title}`),
      " ",
      html("em", {}, drop.text),
      ` ${nearest}`,
    ]);
  }

  private arrived(drop: Drop, ending: Ending): void {
    const [x, y] = ending.cross;
    const before = this.shown.get(drop.kind)?.elements ?? [];
    const hasCross = before.some(element => element.classList.contains("cross"));
    const cross = svg(
      "g",
      { class: "cross" },
      svg("circle", { cx: x, cy: y, r: 9 }),
      svg("path", { d: `M${x - 4},${y - 4}l8,8M${x + 4},${y - 4}l-8,8` }),
    );
    if (!hasCross) this.board.layers.crosses.append(cross);
    this.keep(drop.kind, hasCross ? before : [...before, cross]);
    if (ending.isAtWall) {
      const { rule } = drop.where;
      for (const subnetId of this.state.entry(rule ?? "")?.acl.subnetIds ?? [])
        this.board.wall(subnetId)?.flash(rule ?? "", "fatal");
      this.showSentences();
    } else this.showTip(drop);
  }

  private ending(drop: Drop): Ending | undefined {
    const { measures, routes } = this;
    if (!measures || !routes) return undefined;
    const { where, from } = drop;
    const row = where.component === "network-acl" && where.rule !== undefined && measures.row(where.rule);
    if (row && where.rule !== undefined) return this.atWall(drop, where.rule, row, routes);
    const source = measures.rect(this.wires?.anchor(from) ?? from);
    const place =
      where.node === undefined ? source : measures.rect(this.wires?.anchor(where.node) ?? where.node);
    if (!source || !place) return undefined;
    if (source === place) return { cross: beside(source, measures.isPhone), isAtWall: false };
    const path = routes.direct(from, source, where.node ?? from, place);
    return { path, cross: endOf(path), isAtWall: false };
  }

  private atWall(
    { from, to, packet, hops, where }: Drop,
    rule: string,
    { wall, row }: { wall: Rect; row: Rect },
    routes: Routes,
  ): Ending {
    const left: Point = [wall.left - 10, centerY(row)];
    const right: Point = [wall.right + 10, centerY(row)];
    const isInside = this.isBehind(from, rule);
    if (where.direction === "egress") {
      const inside = this.measures?.rect(isInside ? from : to);
      const path = inside && horizontal([inside.left, centerY(inside)], [wall.right, centerY(row)]);
      return { path, cross: right, isAtWall: true };
    }
    if (packet === "reply" && isInside) {
      const exit = hops.find(hop => hop.component === "network-acl" && hop.direction === "egress")?.rule;
      const request = exit === undefined ? undefined : routes.leaveWall(exit, to);
      return { path: routes.toWall(to, rule, "drop"), request, cross: left, isAtWall: true };
    }
    return {
      path: routes.toWall(this.wires?.anchor(from) ?? from, rule, "drop"),
      cross: left,
      isAtWall: true,
    };
  }

  private isBehind(key: string, rule: string): boolean {
    const subnets = this.state.entry(rule)?.acl.subnetIds ?? [];
    const node = this.state.node(key);
    return node !== undefined && this.state.subnetsOf(node).some(({ id }) => subnets.includes(id));
  }

  private showTip(drop: Drop): void {
    const place = this.measures?.rect(drop.where.node ?? drop.from);
    if (!place || !this.measures) return;
    const before = this.tip;
    if (before) clearTimeout(before.timer);
    before?.element.remove();
    const element = html(
      "div",
      { class: "tip", "aria-hidden": "true" },
      html("b", { class: "dropped" }, `✕ ${this.title(drop)}`),
      " ",
      drop.text,
      html("span", { class: "mute" }, ` ${this.state.nearest(drop.where.nearest)}`),
    );
    this.element.append(element);
    const { offsetWidth, offsetHeight } = element;
    const left = Math.max(
      4,
      Math.min(this.measures.width - offsetWidth - 8, centerX(place) - offsetWidth / 2),
    );
    const isLow = place.bottom + 8 + offsetHeight > this.element.clientHeight;
    element.style.left = `${left}px`;
    element.style.top = `${isLow ? place.top - offsetHeight - 12 : place.bottom + 8}px`;
    this.tip = { element, timer: setTimeout(() => element.remove(), tipMs) };
  }

  private title({ from, to, port }: Drop): string {
    return `${this.state.name(from)} → ${this.state.name(to)} :${port}`;
  }

  private keep(kind: string, elements: Element[]): void {
    clearTimeout(this.shown.get(kind)?.timer);
    this.shown.set(kind, { elements, timer: setTimeout(() => this.remove(kind), traceMs) });
  }

  private remove(kind: string): void {
    const shown = this.shown.get(kind);
    clearTimeout(shown?.timer);
    for (const element of shown?.elements ?? []) element.remove();
    this.shown.delete(kind);
  }
}

const beside = (rect: Rect, isPhone: boolean): Point =>
  isPhone ? [centerX(rect), rect.bottom + 10] : [rect.right + 10, centerY(rect)];

function endOf(path: string): Point {
  const element = svg("path", { d: path });
  const { x, y } = element.getPointAtLength(Math.max(0, element.getTotalLength() - 10));
  return [x, y];
}
