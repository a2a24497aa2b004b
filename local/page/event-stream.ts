/** Server-sent events to any number of pages. Source: HTML Standard, "Server-sent events". */
import type http from "node:http";
import type { Events, Snapshot } from "./events";

/** In bytes: what a page that reads slowly may have before it gets no more events. Far more than a snapshot. */
export const backlogLimit = 512 * 1024;

export interface EventStreamOptions {
  snapshot: () => Snapshot;
  /** Called when the first page has come, and when the last has gone. */
  onListening: (listening: boolean) => void;
}

export class EventStream {
  /** By page, whether it has missed events. */
  private readonly pages = new Map<http.ServerResponse, boolean>();

  constructor(private readonly options: EventStreamOptions) {}

  get listeners(): number {
    return this.pages.size;
  }

  /** Starts with a snapshot. A page that fell behind gets a new one once it has read what it had. */
  add(res: http.ServerResponse): void {
    res.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    const first = this.pages.size === 0;
    if (first) this.options.onListening(true);
    this.pages.set(res, false);
    const sendSnapshot = () => res.write(eventText("snapshot", this.options.snapshot()));
    res.on("drain", () => {
      if (this.pages.get(res) !== true) return;
      this.pages.set(res, false);
      sendSnapshot();
    });
    res.on("close", () => {
      this.pages.delete(res);
      if (this.pages.size === 0) this.options.onListening(false);
    });
    sendSnapshot();
  }

  send<Name extends keyof Events>(name: Name, data: Events[Name]): void {
    if (this.pages.size === 0) return;
    const text = eventText(name, data);
    for (const [res, isBehind] of this.pages) {
      if (isBehind) continue;
      if (res.writableLength > backlogLimit) this.pages.set(res, true);
      else res.write(text);
    }
  }
}

function eventText<Name extends keyof Events>(name: Name, data: Events[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
