/** The one polite live region: new kinds of drops, changed capacity, what a command did. */
import { byId } from "./dom";

const pauseMs = 4_000;

/** Says at most one text in four seconds, and then the latest one. */
export function announcer(): (text: string) => void {
  const element = byId("announcement");
  let waiting: string | undefined;
  let isPausing = false;
  const say = (text: string) => {
    element.textContent = text;
    isPausing = true;
    setTimeout(() => {
      isPausing = false;
      if (waiting === undefined) return;
      const next = waiting;
      waiting = undefined;
      say(next);
    }, pauseMs);
  };
  return text => {
    if (isPausing) waiting = text;
    else say(text);
  };
}
