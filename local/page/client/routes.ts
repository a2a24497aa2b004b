/** The way of each wire between the measured rectangles: from left to right, or on a phone from top to bottom. */
import type { RuleKey } from "../events";
import {
  centerX,
  centerY,
  horizontal,
  joined,
  orthogonal,
  vertical,
  type Point,
  type Rect,
} from "./geometry";
import type { Anchor, Wire } from "./wires";

/** Where things are on the board; undefined for what isn't drawn. */
export interface Measures {
  rect: (anchor: Anchor) => Rect | undefined;
  /** The drawn network ACL that an entry belongs to, and the entry's row. */
  row: (entry: RuleKey) => { wall: Rect; row: Rect } | undefined;
  vpc: () => Rect | undefined;
  /** The Auto Scaling group around an instance. */
  group: (anchor: Anchor) => Rect | undefined;
  isOutside: (anchor: Anchor) => boolean;
  isApi: (anchor: Anchor) => boolean;
  isPhone: boolean;
  width: number;
}

/** Lanes side by side: what passes, what is dropped (inside), what leaves (outside). */
type Lane = "pass" | "drop" | "leave";
const laneOffset: Record<Lane, number> = { pass: 0, drop: 6, leave: -6 };

export class Routes {
  constructor(private readonly measures: Measures) {}

  path(wire: Pick<Wire, "from" | "to" | "exit" | "entry">): string | undefined {
    const { rect } = this.measures;
    const from = rect(wire.from);
    const to = rect(wire.to);
    if (!from || !to) return undefined;
    const inside = wire.entry === undefined ? undefined : this.fromWall(wire.entry, to);
    const outside = wire.exit === undefined ? undefined : this.fromWall(wire.exit, from, true);
    if (wire.entry !== undefined && inside !== undefined) {
      const before = this.toWall(wire.from, wire.entry, "pass");
      return before === undefined ? undefined : joined(before, inside);
    }
    if (wire.exit !== undefined && outside !== undefined) {
      const after = this.leaveWall(wire.exit, wire.to);
      return after === undefined ? undefined : joined(outside, after);
    }
    return this.direct(wire.from, from, wire.to, to);
  }

  /** To the left of the row that decides about a packet from there. */
  toWall(source: Anchor, entry: RuleKey, lane: Lane): string | undefined {
    const { rect, row, isOutside, isPhone } = this.measures;
    const from = rect(source);
    const found = row(entry);
    if (!from || !found) return undefined;
    const { wall } = found;
    const y = rowY(found);
    if (isOutside(source)) return this.lane(source, from, wall, y, lane);
    const spread = ((y - centerY(wall)) / (wall.bottom - wall.top)) * 24 + 7;
    if (isPhone) {
      if (from.top > wall.bottom) return vertical([centerX(from), from.top], [centerX(wall), wall.bottom]);
      const share = centerX(from) < this.measures.width / 2 ? 0.3 : 0.75;
      const x = wall.left + (wall.right - wall.left) * share + spread;
      return vertical([centerX(from) + spread, from.bottom], [Math.min(wall.right - 10, x), wall.top]);
    }
    if (from.right < wall.left) return horizontal([from.right, centerY(from) + spread], [wall.left, y]);
    const start: Point = [centerX(from) + spread, from.top];
    return orthogonal([
      start,
      [start[0], wall.bottom + 60],
      [wall.left - 24, wall.bottom + 60],
      [wall.left - 24, y],
      [wall.left, y],
    ]);
  }

  /** Between a row and an instance behind it. */
  private fromWall(entry: RuleKey, node: Rect, backwards = false): string | undefined {
    const found = this.measures.row(entry);
    if (!found) return undefined;
    const y = rowY(found);
    const inner: Point = [node.left, within(centerY(node) + (y - centerY(found.wall)) * 0.25, node)];
    const outer: Point = [found.wall.right, y];
    return backwards ? horizontal(inner, outer) : horizontal(outer, inner);
  }

  /** From a row outward. */
  leaveWall(entry: RuleKey, target: Anchor): string | undefined {
    const { rect, row, isOutside, isPhone } = this.measures;
    const to = rect(target);
    const found = row(entry);
    if (!to || !found) return undefined;
    const { wall } = found;
    const y = rowY(found);
    if (isOutside(target)) return reversed(this.lanePoints(target, to, wall, y, "leave"));
    if (isPhone) return vertical([centerX(wall), wall.top], [centerX(to), to.bottom]);
    return horizontal([wall.left, y], [Math.min(to.right, wall.left), centerY(to)]);
  }

  private lane(source: Anchor, from: Rect, wall: Rect, y: number, lane: Lane): string {
    return orthogonal(this.lanePoints(source, from, wall, y, lane));
  }

  /** Over the VPC's top, or on a phone along its left edge. */
  private lanePoints(source: Anchor, from: Rect, wall: Rect, y: number, lane: Lane): Point[] {
    const offset = laneOffset[lane];
    const vpc = this.measures.vpc() ?? wall;
    if (this.measures.isPhone) {
      const start = source === "internet" ? from.left + 16 - offset : centerX(from) - offset;
      const x = vpc.left + (offset > 0 ? 11 : 6);
      const below = from.bottom + 10 + offset / 2;
      return [
        [start, from.bottom],
        [start, below],
        [x, below],
        [x, y],
        [wall.left, y],
      ];
    }
    const top = vpc.top + 25 + offset;
    const end: Point[] = [
      [wall.left - 20 - offset, top],
      [wall.left - 20 - offset, y],
      [wall.left, y],
    ];
    const first = this.measures.rect("internet");
    if (this.measures.isApi(source) || !first || from.top <= first.bottom)
      return [
        [centerX(from) + offset, from.bottom < top ? from.bottom : from.top],
        [centerX(from) + offset, top],
        ...end,
      ];
    // The operator stands below the Internet.
    const x = first.left - 7 + offset / 3;
    return [[from.left, centerY(from)], [x, centerY(from)], [x, top], ...end];
  }

  direct(source: Anchor, from: Rect, target: Anchor, to: Rect): string {
    const { isApi, isOutside, group, isPhone } = this.measures;
    if (isApi(target)) return this.toApi(from, to);
    const around = group(target);
    if (isPhone) {
      if (around && from.bottom < around.top && !isOutside(source)) return this.alongRightEdge(from, to);
      return upOrDown(from, to);
    }
    if (around) return this.overGroup(source, from, to, around);
    if (from.right <= to.left) {
      // Not through what stands between: over the VPC's top.
      if (isOutside(source) && to.left - from.right > 160) return this.overTop(from, to);
      return horizontal([from.right, centerY(from)], [to.left, centerY(to)]);
    }
    if (to.right <= from.left) return horizontal([from.left, centerY(from) + 6], [to.right, centerY(to) - 8]);
    return upOrDown(from, to);
  }

  private toApi(from: Rect, to: Rect): string {
    const { isPhone, width } = this.measures;
    if (isPhone) {
      const x = centerX(from) < width / 2 ? from.right - 12 : from.left + 12;
      const above = from.top - 30;
      return orthogonal(
        [
          [x, from.top],
          [x, above],
          [width / 2, above],
          [width / 2, to.bottom + 11],
          [to.left + 14, to.bottom + 11],
          [to.left + 14, to.bottom],
        ],
        6,
      );
    }
    const x = from.right + 22;
    const y = from.top + 16;
    if (x > to.left + 6 && x < to.right - 6)
      return orthogonal([
        [from.right, y],
        [x, y],
        [x, to.bottom],
      ]);
    const below = to.bottom + 14;
    return orthogonal([
      [from.right, y],
      [x, y],
      [x, below],
      [centerX(to), below],
      [centerX(to), to.bottom],
    ]);
  }

  private overGroup(source: Anchor, from: Rect, to: Rect, around: Rect): string {
    const { isOutside, rect } = this.measures;
    if (isOutside(source)) {
      const y = around.top - 9;
      const x = Math.min(centerX(to) + 14, to.right - 6);
      const internet = rect("internet");
      const start = internet === from ? from.bottom : from.top;
      return orthogonal([
        [centerX(from), start],
        [centerX(from), y],
        [x, y],
        [x, to.top],
      ]);
    }
    const y = to.top - 11;
    if (to === around) return horizontal([from.right, centerY(from)], [to.left, centerY(to)]);
    if (from.right > around.left) return vertical([centerX(from), from.bottom], [centerX(to), to.top]);
    const x = around.left - 16;
    return orthogonal([
      [from.right, centerY(from)],
      [x, centerY(from)],
      [x, y],
      [centerX(to), y],
      [centerX(to), to.top],
    ]);
  }

  private overTop(from: Rect, to: Rect): string {
    const vpc = this.measures.vpc() ?? to;
    const y = vpc.top + 31;
    const x = centerX(from) + 6;
    return orthogonal([
      [x, from.top],
      [x, y],
      [to.left - 14, y],
      [to.left - 14, centerY(to) - 8],
      [to.left, centerY(to) - 8],
    ]);
  }

  private alongRightEdge(from: Rect, to: Rect): string {
    const x = (this.measures.vpc() ?? to).right - 6;
    const y = to.top - 9;
    const start = from.right - 16;
    const below = from.bottom + 14;
    return orthogonal(
      [
        [start, from.bottom],
        [start, below],
        [x, below],
        [x, y],
        [centerX(to), y],
        [centerX(to), to.top],
      ],
      6,
    );
  }
}

/** A row may be scrolled out of its wall. */
const rowY = ({ wall, row }: { wall: Rect; row: Rect }) => within(centerY(row), wall);

const upOrDown = (from: Rect, to: Rect) =>
  from.bottom <= to.top
    ? vertical([centerX(from), from.bottom], [centerX(to), to.top])
    : vertical([centerX(from), from.top], [centerX(to), to.bottom]);

const within = (y: number, { top, bottom }: Rect) => Math.max(top + 6, Math.min(bottom - 6, y));

const reversed = (points: Point[]) => orthogonal([...points].reverse());
