/** A client of the live page's requests and events. */
import { once } from "node:events";
import http from "node:http";
import type { CommandName, Commands, Events } from "../local/page/events";
import { onCleanUp } from "./clean-up";
import { answerTo, type Answer } from "./client";
import { eventually } from "./eventually";

export type PageEvent = { [Name in keyof Events]: { name: Name; data: Events[Name] } }[keyof Events];

export class PageClient {
  readonly events: PageEvent[] = [];
  private constructor(
    readonly url: string,
    readonly response: http.IncomingMessage,
  ) {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      const blocks = (text + chunk).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.events.push(eventOf(block));
    });
    response.on("error", () => undefined); // its test closes it
  }

  /** Resolves once the snapshot is there. */
  static async open(url: string): Promise<PageClient> {
    const request = http.get(`${url}/events`, { agent: false });
    onCleanUp(() => request.destroy());
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const client = new PageClient(url, response);
    await client.first("snapshot");
    return client;
  }

  close(): void {
    this.response.destroy();
  }

  /** The first event of this name for which the condition holds, once it has come. */
  first<Name extends keyof Events>(
    name: Name,
    condition: (data: Events[Name]) => boolean = () => true,
  ): Promise<Events[Name]> {
    return eventually(`there is an event ${name}`, () => this.all(name).find(condition));
  }

  all<Name extends keyof Events>(name: Name): Events[Name][] {
    return this.events.flatMap(event => (event.name === name ? [event.data as Events[Name]] : []));
  }

  /** As the page's script sends it. */
  async command<Name extends CommandName>(
    name: Name,
    body: Commands[Name]["body"],
  ): Promise<Commands[Name]["answer"]> {
    const answer = await post(this.url, name, body);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
    return answer.json as Commands[Name]["answer"];
  }
}

export function post(
  url: string,
  name: string,
  body: object | string,
  headers: http.OutgoingHttpHeaders = {},
): Promise<Answer> {
  return answerTo(`${url}/do/${name}`, { method: "POST", body, headers: { origin: url, ...headers } });
}

function eventOf(block: string): PageEvent {
  const [, name, data = ""] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
  return { name, data: JSON.parse(data) as unknown } as PageEvent;
}
