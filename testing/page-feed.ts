/** The live page as a region serves it, with events and answers as a test says. */
import { build } from "../apps/shipping/esbuild";
import { AwsError } from "../local/api/aws-error";
import { Bundle } from "../local/page/bundle";
import { EventStream } from "../local/page/event-stream";
import type { CommandName, Commands, Events, Snapshot, Why } from "../local/page/events";
import { createPageHandler } from "../local/page/requests";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { openPage, type OpenPage } from "./browser";
import { programSnapshot } from "./page-snapshots";
import { listenHttp } from "./servers";

export interface PageFeed {
  url: string;
  /** Sent to each page that connects. */
  snapshot: Snapshot;
  /** What pages have asked for, in order. */
  commands: { name: string; body: unknown }[];
  /** What the region answers; without an answer it refuses. */
  answers: { [Name in CommandName]?: (body: Commands[Name]["body"]) => Commands[Name]["answer"] };
  why?: Why;
  send: <Name extends keyof Events>(name: Name, event: Events[Name]) => void;
  /** Cuts every connection and answers no more, until it is called with false. */
  interrupt: (isDown: boolean) => void;
}

/** Opens a page that shows a snapshot, the program's unless told. */
export async function openFedPage(
  browser: Browser,
  snapshot: Snapshot = programSnapshot(),
  options: BrowserContextOptions = {},
): Promise<OpenPage & { feed: PageFeed }> {
  const feed = await pageFeed(snapshot);
  return { feed, ...(await openPage(browser, feed.url, options)) };
}

/** Built once for all pages of a test. */
const files = new Bundle(build);

export async function pageFeed(snapshot: Snapshot): Promise<PageFeed> {
  const stream = new EventStream({ snapshot: () => feed.snapshot, onListening: () => undefined });
  let isDown = false;
  const handle = createPageHandler({
    files,
    events: res => stream.add(res),
    why: () => {
      if (!feed.why) throw new AwsError("NodeNotFound", "the test has no answer to this");
      return feed.why;
    },
    commands: {
      isCommand: (name): name is CommandName => name !== "",
      run: (name, body) => {
        feed.commands.push({ name, body });
        const answer = feed.answers[name]?.(body as never);
        return answer === undefined
          ? Promise.reject(new AwsError("UnsupportedOperation", "the test has no answer to this"))
          : Promise.resolve(answer);
      },
    },
    report: event => {
      throw new Error(event);
    },
  });
  const { url, sockets } = await listenHttp((req, res) => {
    if (isDown) req.socket.destroy();
    else if (!handle(req, res)) res.writeHead(404).end();
  });
  const feed: PageFeed = {
    url,
    snapshot,
    commands: [],
    answers: {},
    send: (name, event) => stream.send(name, event),
    interrupt: down => {
      isDown = down;
      if (down) for (const socket of sockets) socket.destroy();
    },
  };
  return feed;
}
