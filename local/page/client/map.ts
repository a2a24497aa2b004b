/** The map: draws the wires behind the board, and the flows on them. */
import type { Drop, FlowCount } from "../events";
import { Board, phone } from "./board";
import { drawBoxes } from "./boxes";
import type { Controls } from "./controls";
import { Deaths } from "./deaths";
import { svg } from "./dom";
import { centerX, centerY } from "./geometry";
import { pulse, reducedMotion } from "./pulses";
import { Routes, type Measures } from "./routes";
import { Wires, type Wire } from "./wires";

/** Flows a second from which dots would blur: dashes and a number instead. */
const streamRate = 5;
/** Below it a wire counts as idle. */
const idleRate = 0.15;
/** One after the other, as a request causes the next. */
const stepMs = 380;

interface Drawn {
  wire: Wire;
  element: SVGPathElement;
  path: string;
}

export class FlowMap {
  readonly board: Board;
  private wires: Wires;
  private drawn = new Map<string, Drawn>();
  /** Flows of this second, and a moving mean a second, by wire. */
  private readonly traffic = new Map<string, { now: number; rate: number }>();
  private readonly deaths: Deaths;
  private size = "";
  private isDue = false;

  constructor(
    element: HTMLElement,
    private readonly controls: Controls,
  ) {
    this.board = new Board(element, controls);
    this.wires = new Wires(controls.state, this.board.arrangement);
    this.deaths = new Deaths(element, this.board, controls.state);
    new ResizeObserver(() => this.drawSoon()).observe(element);
    phone.addEventListener("change", () => this.show());
  }

  /** Shows the state, and draws in the next frame. */
  show(): void {
    this.board.show();
    this.wires = new Wires(this.controls.state, this.board.arrangement);
    this.drawSoon();
  }

  drawSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.draw();
    });
  }

  private draw(): void {
    const { board, wires } = this;
    const measures = board.measures();
    const { width, height } = board.wires.getBoundingClientRect();
    const size = `${width}x${height}`;
    if (size !== this.size) this.deaths.clear();
    this.size = size;
    drawBoxes(board, measures);
    const routes = new Routes(measures);
    const drawn = new Map<string, Drawn>();
    for (const wire of wires.all.values()) {
      const path = routes.path(wire);
      if (path === undefined) continue;
      const element = this.drawn.get(wire.key)?.element ?? svg("path", { class: "wire" });
      element.setAttribute("d", path);
      drawn.set(wire.key, { wire, element, path });
    }
    this.drawn = drawn;
    const elements = [...drawn.values()].map(({ element }) => element);
    board.layers.wires.replaceChildren(...elements, ...this.images(measures));
    this.deaths.measured(measures, routes, this.wires);
    this.showRates();
  }

  /** From an instance to the group that its image starts. */
  private images({ rect, isPhone }: Measures): SVGElement[] {
    return this.controls.state.picture.autoScalingGroups.flatMap(({ autoScalingGroupName, imageSource }) => {
      const source = imageSource === undefined ? undefined : rect(imageSource);
      const group = rect(`group:${autoScalingGroupName}`);
      if (!source || !group) return [];
      if (isPhone || source.left < group.right)
        return source.top < group.bottom
          ? []
          : [svg("path", { class: "wire image", d: `M${centerX(source)},${source.top}V${group.bottom}` })];
      const y = centerY(source);
      return [
        svg("path", { class: "wire image", d: `M${source.left},${y}H${group.right + 1}` }),
        svg("text", { class: "caption", x: (source.left + group.right) / 2, y: y - 6 }, "image"),
      ];
    });
  }

  /** Shows flows as they come, but for health checks. */
  addFlows(flows: FlowCount[]): void {
    for (const flow of flows) {
      if (flow.healthCheck || flow.verdict === "dropped") continue;
      const wire = this.wires.add(flow);
      if (!wire) continue;
      const counted = this.traffic.get(wire.key) ?? { now: 0, rate: 0 };
      counted.now += flow.count;
      this.traffic.set(wire.key, counted);
      const drawn = this.drawn.get(wire.key);
      if (!drawn) {
        this.drawSoon();
        continue;
      }
      if (counted.rate < streamRate || Math.random() < 0.05)
        pulse(this.board.layers.pulses, drawn.path, "", { delay: this.stepsBefore(flow) * stepMs });
      if (reducedMotion.matches) drawn.element.classList.add("on");
      const wall = this.wires.wallOf(flow.to);
      if (wall !== undefined && wire.entry !== undefined) this.board.wall(wall)?.flash(wire.entry, "passing");
    }
  }

  addDrop(drop: Drop): void {
    if (!drop.healthCheck) this.deaths.show(drop);
  }

  /** Writes what each wall has stopped last. */
  showSentences(): void {
    this.deaths.showSentences();
  }

  /** How many requests came before it, if it is part of a longer way. */
  private stepsBefore({ from }: FlowCount): number {
    const node = this.controls.state.node(from);
    if (node?.kind === "load-balancer") return 1;
    return node?.kind === "instance" && node.targets.length > 0 ? 2 : 0;
  }

  /** Once a second: decays the rates, then shows them. */
  tick(): void {
    for (const [key, counted] of this.traffic) {
      counted.rate = counted.rate * 0.5 + counted.now * 0.5;
      counted.now = 0;
      if (counted.rate < 0.01) this.traffic.delete(key);
    }
    this.showRates();
  }

  /** Each wire's colour, width and number. */
  showRates(): void {
    const chosen = this.controls.selection();
    const numbers = new Map<string, { drawn: Drawn; rate: number }>();
    for (const drawn of this.drawn.values()) {
      const { wire, element } = drawn;
      const rate = this.traffic.get(wire.key)?.rate ?? 0;
      const isStream = rate > streamRate;
      element.classList.toggle("on", rate > idleRate);
      element.classList.toggle("stream", isStream);
      element.classList.toggle("chosen", chosen !== undefined && wire.nodes.has(chosen));
      element.style.strokeWidth = rate > idleRate ? String(Math.min(4, 1.5 + Math.log2(1 + rate) * 0.4)) : "";
      if (!isStream || this.isInGroup(wire)) continue;
      // One number for each pair of ends: side by side they would cover each other.
      const pair = `${wire.from}>${wire.to}`;
      const before = numbers.get(pair);
      numbers.set(pair, { drawn: before?.drawn ?? drawn, rate: rate + (before?.rate ?? 0) });
    }
    this.board.layers.rates.replaceChildren(...[...numbers.values()].map(rateLabel));
  }

  private isInGroup({ to }: Wire): boolean {
    const node = this.controls.state.node(to);
    return node?.kind === "instance" && node.autoScalingGroupName !== undefined;
  }
}

function rateLabel({ drawn: { wire, element }, rate }: { drawn: Drawn; rate: number }): SVGElement {
  const length = element.getTotalLength();
  // Near their start, where wires to the same wall are still apart.
  const isShared = wire.entry !== undefined && length < 400;
  const { x, y } = element.getPointAtLength(isShared ? 26 : length * 0.45);
  return svg("text", { class: "rate", x, y: y - 8 }, `${Math.round(rate)}/s`);
}
