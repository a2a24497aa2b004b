/** Paths between rectangles, as an SVG path's `d`. */

export interface Rect {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export type Point = readonly [x: number, y: number];

export const centerX = ({ left, right }: Rect) => (left + right) / 2;
export const centerY = ({ top, bottom }: Rect) => (top + bottom) / 2;

/** The smallest rectangle around all, with a margin. */
export function around(rects: readonly Rect[], margin: Rect): Rect {
  return {
    left: Math.min(...rects.map(({ left }) => left)) - margin.left,
    right: Math.max(...rects.map(({ right }) => right)) + margin.right,
    top: Math.min(...rects.map(({ top }) => top)) - margin.top,
    bottom: Math.max(...rects.map(({ bottom }) => bottom)) + margin.bottom,
  };
}

/** Straight from point to point, with rounded corners. */
export function orthogonal(points: readonly Point[], radius = 9): string {
  const [first, ...others] = points;
  const last = others.pop();
  if (!first || !last) return "";
  let path = `M${text(first)}`;
  others.forEach((corner, index) => {
    const before = points[index] ?? corner;
    const after = points[index + 2] ?? corner;
    path += `L${text(towards(corner, before, radius))}Q${text(corner)} ${text(towards(corner, after, radius))}`;
  });
  return `${path}L${text(last)}`;
}

function towards([x, y]: Point, [toX, toY]: Point, radius: number): Point {
  const distance = Math.hypot(toX - x, toY - y) || 1;
  const step = Math.min(radius, distance / 2) / distance;
  return [x + (toX - x) * step, y + (toY - y) * step];
}

/** Leaves and arrives horizontally. */
export function horizontal([x1, y1]: Point, [x2, y2]: Point): string {
  const middle = (x1 + x2) / 2;
  return `M${text([x1, y1])}C${text([middle, y1])} ${text([middle, y2])} ${text([x2, y2])}`;
}

/** Leaves and arrives vertically. */
export function vertical([x1, y1]: Point, [x2, y2]: Point): string {
  const middle = (y1 + y2) / 2;
  return `M${text([x1, y1])}C${text([x1, middle])} ${text([x2, middle])} ${text([x2, y2])}`;
}

/** One path after the other. */
export function joined(first: string, second: string): string {
  return first + second.replace("M", "L");
}

const text = ([x, y]: Point) => `${round(x)},${round(y)}`;
const round = (value: number) => Math.round(value * 10) / 10;
