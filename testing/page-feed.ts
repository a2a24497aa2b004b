/** A server that stands in for a region's: the page's own files, and events and answers as a test says. */
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { CommandName, Commands, Events, Snapshot, Why } from "../local/page/events";
import { listenHttp } from "./servers";

const clientFolder = join(__dirname, "..", "local", "page", "client");

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface Sent<Name extends CommandName = CommandName> {
  name: Name;
  body: Commands[Name]["body"];
}

type Answers = { [Name in CommandName]?: (body: Commands[Name]["body"]) => Commands[Name]["answer"] };

export interface PageFeed {
  url: string;
  /** Sent to each page that connects. */
  snapshot: Snapshot;
  /** What pages have asked for, in order. */
  commands: Sent[];
  answers: Answers;
  why?: Why;
  send: <Name extends keyof Events>(name: Name, event: Events[Name]) => void;
  /** Ends all streams, and refuses new ones until it is called again with false. */
  interrupt: (isDown: boolean) => void;
}

export async function pageFeed(snapshot: Snapshot): Promise<PageFeed> {
  const streams = new Set<ServerResponse>();
  let isDown = false;
  const built = buildPage();
  const { url } = await listenHttp((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://region");
    const file = built[pathname];
    if (isDown) {
      response.destroy();
    } else if (file) {
      response.writeHead(200, { "content-type": file.type, "content-security-policy": policy });
      response.end(file.body);
    } else if (pathname === "/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      streams.add(response);
      response.on("close", () => streams.delete(response));
      response.write(message("snapshot", feed.snapshot));
    } else if (pathname === "/why") {
      answer(response, feed.why);
    } else if (pathname.startsWith("/do/")) {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        const name = pathname.slice("/do/".length) as CommandName;
        const body = JSON.parse(text) as never;
        feed.commands.push({ name, body });
        answer(response, feed.answers[name]?.(body));
      });
    } else response.writeHead(404).end();
  });
  const feed: PageFeed = {
    url,
    snapshot,
    commands: [],
    answers: {},
    send: (name, event) => {
      const text = message(name, event);
      for (const stream of streams) stream.write(text);
    },
    interrupt: down => {
      isDown = down;
      if (down) for (const stream of streams) stream.destroy();
    },
  };
  return feed;
}

function answer(response: ServerResponse, body: unknown): void {
  const refusal = { error: { code: "InvalidAction", message: "the test has no answer to this" } };
  response.writeHead(body === undefined ? 400 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(body ?? refusal));
}

const message = (name: string, event: unknown) => `event: ${name}\ndata: ${JSON.stringify(event)}\n\n`;

function buildPage(): Record<string, { type: string; body: string | Uint8Array }> {
  const build = (entry: string) =>
    buildSync({
      entryPoints: [join(clientFolder, entry)],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
    }).outputFiles[0]?.contents ?? "";
  return {
    "/": { type: "text/html; charset=utf-8", body: readFileSync(join(clientFolder, "page.html")) },
    "/page.js": { type: "text/javascript", body: build("main.ts") },
    "/page.css": { type: "text/css", body: build("page.css") },
  };
}
