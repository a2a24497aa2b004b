/** Dots that travel along wires. */
import { svg } from "./dom";

export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

const most = 60;
/** In milliseconds: what is dropped has to be seen at its end within a second. */
const longest = { passing: 1500, dropped: 450 };
let travelling = 0;

/** @param done called when the dot arrives; at once where nothing moves */
export function pulse(
  layer: SVGElement,
  path: string,
  classes: string,
  { delay = 0, isQuick = false, done = () => undefined }: PulseOptions = {},
): void {
  if (reducedMotion.matches || document.hidden || travelling >= most) {
    done();
    return;
  }
  const dot = svg("path", { class: `pulse ${classes}`, d: path });
  layer.append(dot);
  travelling++;
  const length = dot.getTotalLength();
  const animation = dot.animate(
    { strokeDashoffset: ["0", String(-length)] },
    {
      duration: Math.min(isQuick ? longest.dropped : longest.passing, 420 + length * 1.3),
      delay,
      easing: "cubic-bezier(.45,.05,.55,.95)",
    },
  );
  const end = () => {
    dot.remove();
    travelling--;
    done();
  };
  animation.addEventListener("finish", end);
  animation.addEventListener("cancel", end);
}

interface PulseOptions {
  isQuick?: boolean;
  /** In milliseconds: what follows from something else starts later. */
  delay?: number;
  done?: () => void;
}
