/** Dots that travel along wires. */
import { svg } from "./dom";

export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

const most = 60;
let travelling = 0;

/** @param done called when the dot arrives; at once where nothing moves */
export function pulse(
  layer: SVGElement,
  path: string,
  classes: string,
  { backwards = false, delay = 0, done = () => undefined }: PulseOptions = {},
): void {
  if (reducedMotion.matches || document.hidden || travelling >= most) {
    done();
    return;
  }
  const dot = svg("path", { class: `pulse ${classes}`, d: path });
  layer.append(dot);
  travelling++;
  const length = dot.getTotalLength();
  const ends = [0, -length];
  const animation = dot.animate(
    { strokeDashoffset: (backwards ? ends.reverse() : ends).map(String), visibility: "visible" },
    {
      duration: Math.min(1500, 420 + length * 1.3),
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
  backwards?: boolean;
  /** In milliseconds: what follows from something else starts later. */
  delay?: number;
  done?: () => void;
}
