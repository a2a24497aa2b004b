/** The fleet's CPU against its target, and desired and in-service capacity as steps below. */
import type { AutoScalingGroup, CpuMinute } from "../events";
import { svg } from "./dom";
import { timeOfDay } from "./format";
import { limits } from "./state";

const left = 34;
const right = 82;
const cpuTop = 6;
const cpuHeight = 80;
const stepsTop = 100;
const stepsHeight = 30;
/** Between labels, so that they never cover each other. */
const lineHeight = 13;

const minute = 60_000;
const minutesPerTick = 15;

export function chartElements(
  { maxSize, targetTracking }: AutoScalingGroup,
  minutes: CpuMinute[],
  { width, startedAt }: { width: number; startedAt: number },
): SVGElement[] {
  const end = width - right;
  const from = limits.minutes - minutes.length;
  const x = (index: number) => left + ((end - left) * (from + index)) / (limits.minutes - 1);
  const y = (percent: number) => cpuTop + cpuHeight * (1 - percent / 100);
  const z = (capacity: number) => stepsTop + stepsHeight * (1 - capacity / Math.max(1, maxSize));
  const line = (classes: string, d: string) => svg("path", { class: classes, d });
  const text = (classes: string, atX: number, atY: number, content: string) =>
    svg("text", { class: classes, x: atX, y: atY }, content);

  const elements: SVGElement[] = [];
  const target = targetTracking?.targetValue;
  for (const percent of [0, 50, 100]) {
    elements.push(text("end", left - 6, y(percent) + 4, String(percent)));
    if (percent !== target) elements.push(line("grid", `M${left} ${y(percent)}H${end}`));
  }
  minutes.forEach(({ at }, index) => {
    if (Math.round((startedAt + at) / minute) % minutesPerTick !== 0) return;
    elements.push(line("grid", `M${x(index)} ${cpuTop}V${stepsTop + stepsHeight}`));
    elements.push(text("middle", x(index), stepsTop + stepsHeight + 15, timeOfDay(startedAt, at)));
  });
  if (target !== undefined) elements.push(line("target", `M${left} ${y(target)}H${end}`));
  const low = targetTracking?.low.threshold;
  if (low !== undefined) elements.push(line("scale-in", `M${left} ${y(low)}H${end}`));

  const last = minutes.at(-1);
  if (last && minutes.length > 1) {
    const cpu = curve(
      minutes.map(({ mean }, index) => (mean === undefined ? undefined : [x(index), y(mean)])),
    );
    const inService = steps(
      minutes.map(each => each.inService),
      x,
      z,
    );
    const desired = steps(
      minutes.map(each => each.desiredCapacity),
      x,
      z,
    );
    elements.push(
      ...cpu.map(part => line("cpu-area", `${part.path}V${y(0)}H${part.start}Z`)),
      ...cpu.map(part => line("cpu-line", part.path)),
      ...(inService ? [line("service-area", inService.area), line("service-line", inService.path)] : []),
      ...(desired ? [line("desired-line", desired.path)] : []),
    );
  }
  const labelX = end + 6;
  const labels: Label[] = [];
  if (last?.mean !== undefined)
    labels.push({ y: y(last.mean) + 4, classes: "strong cpu", text: `CPU ${Math.round(last.mean)} %` });
  if (target !== undefined) labels.push({ y: y(target) + 4, classes: "ink", text: `target ${target} %` });
  if (low !== undefined) labels.push({ y: y(low) + 4, classes: "", text: `scale in ${Math.round(low)} %` });
  if (last?.desiredCapacity !== undefined) {
    const { desiredCapacity: desired } = last;
    labels.push({ y: z(desired), classes: "strong desired", text: `desired ${desired}` });
  }
  if (last?.inService !== undefined)
    labels.push({ y: z(last.inService) + 4, classes: "strong ink", text: `in service ${last.inService}` });
  for (const label of apart(labels)) elements.push(text(label.classes, labelX, label.y, label.text));
  return elements;
}

interface Label {
  y: number;
  classes: string;
  text: string;
}

/** Moves labels down, and the last ones up again, until none covers another. */
function apart(labels: Label[]): Label[] {
  const sorted = [...labels].sort((one, other) => one.y - other.y);
  let free = 12;
  for (const label of sorted) {
    label.y = Math.max(label.y, free);
    free = label.y + lineHeight;
  }
  let most = stepsTop + stepsHeight + 10;
  for (const label of sorted.reverse()) {
    label.y = Math.min(label.y, most);
    most = label.y - lineHeight;
  }
  return sorted;
}

/** Over the minutes that have a value. */
function steps(
  values: (number | undefined)[],
  x: (index: number) => number,
  y: (value: number) => number,
): { path: string; area: string } | undefined {
  let path = "";
  let start = 0;
  values.forEach((value, index) => {
    if (value === undefined) return;
    if (path === "") start = x(index);
    path +=
      path === ""
        ? `M${start.toFixed(1)} ${y(value).toFixed(1)}`
        : `H${x(index).toFixed(1)}V${y(value).toFixed(1)}`;
  });
  return path === "" ? undefined : { path, area: `${path}V${y(0)}H${start}Z` };
}

/** The parts of a line between gaps. */
function curve(points: ([x: number, y: number] | undefined)[]): { path: string; start: number }[] {
  const parts: { path: string; start: number }[] = [];
  let isOpen = false;
  for (const point of points) {
    const part = parts.at(-1);
    if (point && isOpen && part) part.path += `L${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    else if (point) parts.push({ path: `M${point[0].toFixed(1)} ${point[1].toFixed(1)}`, start: point[0] });
    isOpen = point !== undefined;
  }
  return parts;
}
