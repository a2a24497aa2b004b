/** Where the answer to the last thing tried appears. */
import type { ActionAnswer, CommandName, Commands, LoadCommand, SendAnswer, SendCommand } from "../events";
import { command, Refusal } from "./commands";
import { html } from "./dom";
import { plural } from "./format";
import type { PageState } from "./state";

type Part = Node | string;

export class Answer {
  readonly element = html("output", { class: "answer", "aria-live": "polite" }, "The answer comes here.");
  /** Only the latest question's answer is shown. */
  private latest = 0;
  isUnused = true;

  constructor(private readonly state: PageState) {}

  /** For another part's questions. */
  reset(): void {
    this.latest++;
    this.isUnused = true;
    this.element.replaceChildren("The answer comes here.");
  }

  send(request: SendCommand): void {
    void this.await(async () => this.sendParts(request, await command("send", request)));
  }

  load(request: LoadCommand): void {
    void this.await(async () => {
      const { statuses, milliseconds } = await command("load", request);
      const counts = Object.entries(statuses).map(([status, count]) => `${plural(count, "time")} ${status}`);
      return [html("b", {}, counts.join(", ")), html("span", { class: "mute" }, ` in ${milliseconds} ms`)];
    });
  }

  knock(request: Commands["knock"]["body"]): void {
    void this.await(async () => {
      const { verdict, milliseconds } = await command("knock", request);
      if (verdict === "dropped") return this.droppedParts(request.from, request.port);
      const text = verdict === "allowed" ? "Open: it gets there" : "Refused: nobody listens";
      return [html("b", {}, text), html("span", { class: "mute" }, ` after ${milliseconds} ms`)];
    });
  }

  /** What changes something is an action of AWS's API; the answer is how the AWS CLI would do it. */
  act<Name extends CommandName>(name: Name, body: Commands[Name]["body"]): Promise<void> {
    return this.await(async () => {
      const answer = await command(name, body);
      if ("pids" in answer) return [`Killed process ${answer.pids.join(", ")}; its supervisor restarts it.`];
      if ("actions" in answer) return answer.actions.flatMap(action => [cliLine(action)]);
      return "action" in answer ? ["Done, as by ", cliLine(answer)] : ["Done."];
    });
  }

  private async await(ask: () => Promise<Part[]>): Promise<void> {
    const asked = ++this.latest;
    this.isUnused = false;
    this.element.hidden = false;
    this.element.replaceChildren("…");
    let parts: Part[];
    try {
      parts = await ask();
    } catch (error) {
      const reason = error instanceof Refusal ? error.message : "The region did not answer.";
      parts = [html("span", { class: "dropped" }, "✕ "), reason];
    }
    if (asked === this.latest) this.element.replaceChildren(...parts);
  }

  private sendParts({ from, port }: SendCommand, answer: SendAnswer): Part[] {
    const after = html("span", { class: "mute" }, ` after ${answer.milliseconds} ms`);
    switch (answer.outcome) {
      case "answered":
        return [
          html("b", {}, String(answer.status)),
          " ",
          html("code", {}, answer.body + (answer.truncated ? "…" : "")),
          after,
        ];
      case "refused":
        return [html("b", {}, "Refused:"), " nobody listens there.", after];
      case "dropped":
        return this.droppedParts(from, port);
      case "failed":
        return [html("b", { class: "dropped" }, "✕ Failed:"), ` ${answer.message}`, after];
    }
  }

  private droppedParts(from: string, port: number): Part[] {
    const drop = [...this.state.drops.values()]
      .filter(each => each.from === from && each.port === port)
      .sort((one, other) => other.at - one.at)[0];
    return [
      html("b", { class: "dropped" }, "✕ No answer: a drop is silence, not refusal."),
      drop ? ` ${drop.text} ${this.state.nearest(drop.where.nearest)}` : "",
    ];
  }
}

/** "aws ec2 delete-network-acl-entry --network-acl-id acl-… --rule-number 200 --ingress" */
function cliLine({ service, action, input }: ActionAnswer): HTMLElement {
  const options = Object.entries(input).map(([name, value]) => {
    const option = kebab(name);
    if (typeof value === "boolean") return value ? `--${option}` : `--no-${option}`;
    return `--${option} ${typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value)}`;
  });
  return html("code", {}, ["aws", service, kebab(action), ...options].join(" "));
}

const kebab = (name: string) =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
