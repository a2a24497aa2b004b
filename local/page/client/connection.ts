/** The stream of events. Lost, it says since when, and tries again by itself. */
import type { Events } from "../events";

const retryMs = 2_000;
/** The region ticks each second; silence for longer is a lost connection that nobody closed. */
const silenceMs = 5_000;

export interface Listeners {
  on: { [Name in keyof Events]: (event: Events[Name]) => void };
  /** @param since the page's time of the last word from the region; undefined once it is back */
  lost: (since: number | undefined) => void;
}

const names: readonly (keyof Events)[] = ["snapshot", "change", "clock", "flows", "drop", "cpu", "activity"];

export class Connection {
  private source?: EventSource;
  private lastHeard = performance.now();
  private openedAt = 0;
  private isLost = false;
  private isLive = false;

  constructor(private readonly listeners: Listeners) {
    this.open();
    setInterval(() => this.check(), 1_000);
    addEventListener("online", () => this.open());
  }

  /** Connects anew, at once. */
  open(): void {
    this.source?.close();
    this.openedAt = performance.now();
    const source = new EventSource("/events");
    this.source = source;
    for (const name of names)
      source.addEventListener(name, event => this.hear(name, (event as MessageEvent<string>).data));
    source.addEventListener("error", () => {
      source.close();
      this.lose();
    });
  }

  private hear(name: keyof Events, data: string): void {
    this.lastHeard = performance.now();
    if (!this.isLive && name === "snapshot") {
      this.isLost = false;
      this.isLive = true;
      this.listeners.lost(undefined);
    }
    // Server and page share the types: an event of this name has this type.
    this.listeners.on[name](JSON.parse(data) as never);
  }

  private lose(): void {
    this.isLost = true;
    this.isLive = false;
    this.listeners.lost(this.lastHeard);
  }

  private check(): void {
    const now = performance.now();
    if (!this.isLost && now - this.lastHeard > silenceMs) this.lose();
    if (!this.isLost) return;
    this.listeners.lost(this.lastHeard);
    if (now - this.openedAt >= retryMs) this.open();
  }
}
