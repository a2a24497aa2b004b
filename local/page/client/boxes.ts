/** The boxes behind the nodes: VPCs, subnets, Auto Scaling groups. */
import type { Board } from "./board";
import { phone } from "./board";
import { svg } from "./dom";
import { around, type Rect } from "./geometry";
import type { Measures } from "./routes";

export function drawBoxes(board: Board, { rect }: Measures): void {
  const { vpcs, columns, others, below } = board.arrangement;
  const boxes: SVGElement[] = [];
  const outlines = new Map<string, Rect[]>();
  const add = (vpcId: string, ...rects: (Rect | undefined)[]) => {
    const present = rects.filter(each => each !== undefined);
    outlines.set(vpcId, [...(outlines.get(vpcId) ?? []), ...present]);
    return present;
  };
  const [first, ...more] = columns;
  if (first) {
    const top = rect(phone.matches ? "edge" : `tier:${first.key}`);
    const low = rect(phone.matches ? "launched" : "low");
    // One L: the load balancers' column, and the row of the groups that stand in the same subnets.
    const upright = top && low && !phone.matches ? { ...top, bottom: low.bottom } : top;
    const parts = add(first.vpcId, upright, low);
    boxes.push(...parts.map(part => box(part, "box")), ...parts.map(part => box(part, "box inner")));
  }
  for (const tier of [...more, ...others])
    boxes.push(...add(tier.vpcId, rect(`tier:${tier.key}`)).map(part => box(part, "box")));
  for (const { autoScalingGroupName } of below.groups) {
    const group = rect(`group:${autoScalingGroupName}`);
    if (group) boxes.push(box(group, "box scaling"));
  }
  const margin = phone.matches
    ? { left: 8, right: 8, top: 8, bottom: 9 }
    : { left: 8, right: 8, top: 32, bottom: 8 };
  const outer = vpcs.flatMap(({ id }) => {
    const parts = outlines.get(id) ?? [];
    const element = board.area(`vpc:${id}`);
    if (parts.length === 0 || !element) return [];
    const outline = around(parts, margin);
    place(element, outline);
    return [box(outline, "box outer")];
  });
  board.layers.boxes.replaceChildren(...outer, ...boxes);
}

function place({ style }: HTMLElement, { left, right, top, bottom }: Rect): void {
  Object.assign(style, {
    left: `${left}px`,
    top: `${top}px`,
    width: `${right - left}px`,
    height: `${bottom - top}px`,
  });
}

function box({ left, right, top, bottom }: Rect, classes: string): SVGElement {
  const [x, y] = [left + 0.5, top + 0.5];
  return svg("rect", { class: classes, x, y, width: right - left - 1, height: bottom - top - 1, rx: 9 });
}
