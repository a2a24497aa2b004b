/** Ask why: every judgement there and back, also after what blocks. */
import type { Drop, Hop, NodeKey, Verdict, Why } from "../events";
import { askWhy, Refusal } from "./commands";
import type { Controls } from "./controls";
import { byId, html, refresh } from "./dom";
import { timeOfDay } from "./format";
import type { PageState } from "./state";

interface Judgement {
  verdict: Verdict;
  hops: Hop[];
  /** Set if it is of then: the drop's own. */
  judgedAt?: number;
}

export class WhyPanel {
  private readonly from = html("select");
  private readonly to = html("select");
  private readonly port = html("input", {
    inputmode: "numeric",
    pattern: "[0-9]{1,5}",
    required: true,
    value: "8080",
  });
  private readonly result = html("div", { class: "result" });
  private asked = 0;

  constructor(private readonly controls: Controls) {
    const submit = (event: Event) => {
      event.preventDefault();
      void this.askNow();
    };
    byId("panel-why").append(
      html(
        "form",
        { class: "form", submit },
        html("label", {}, "from", this.from),
        html("label", {}, "to", this.to),
        html("label", {}, "port", this.port),
        html("button", { class: "button primary wide", "data-acts": true }, "Ask"),
      ),
      this.result,
    );
  }

  update(): void {
    const { state } = this.controls;
    const nodes = state.picture.nodes.map(node => ({
      key: node.key,
      name: state.name(node.key),
      kind: node.kind,
    }));
    const fill = (select: HTMLSelectElement, choices: typeof nodes) => {
      const { value } = select;
      refresh(select, choices, () => choices.map(({ key, name }) => html("option", { value: key }, name)));
      if (value && choices.some(({ key }) => key === value)) select.value = value;
    };
    fill(
      this.from,
      nodes.filter(({ kind }) => kind !== "api" && kind !== "load-balancer"),
    );
    const isFirst = this.to.value === "";
    fill(this.to, nodes);
    if (isFirst) this.to.value = nodes.findLast(({ kind }) => kind === "instance")?.key ?? this.to.value;
  }

  /** Fills the form in, and asks. */
  ask(from: NodeKey, to?: NodeKey, port?: number): Promise<void> {
    this.fillIn(from, to, port);
    return this.askNow();
  }

  /** Shows a drop as it was judged then. */
  explain({ from, to, port, hops, at }: Drop): void {
    this.asked++;
    this.fillIn(from, to, port);
    this.show({ verdict: "dropped", hops, judgedAt: at });
  }

  private fillIn(from: NodeKey, to: NodeKey | undefined, port: number | undefined): void {
    this.update();
    this.from.value = from;
    if (to !== undefined) this.to.value = to;
    if (port !== undefined) this.port.value = String(port);
  }

  private async askNow(): Promise<void> {
    const asked = ++this.asked;
    const [from, to] = [this.from.value, this.to.value];
    if (from === to) {
      this.result.replaceChildren("Choose two different ends.");
      return;
    }
    let why: Why;
    try {
      why = await askWhy(from, to, Number(this.port.value));
    } catch (error) {
      if (asked === this.asked)
        this.result.replaceChildren(error instanceof Refusal ? error.message : "The region did not answer.");
      return;
    }
    if (asked === this.asked) this.show(why);
  }

  private show({ verdict, hops, judgedAt }: Judgement): void {
    const { startedAt } = this.controls.state.region;
    const first = hops.findIndex(({ passed }) => !passed);
    const again = html(
      "button",
      { class: "link", "data-acts": true, click: () => void this.askNow() },
      "Ask again now",
    );
    this.result.replaceChildren(
      html(
        "p",
        { class: "verdict", role: "status" },
        ...verdictParts(verdict, hops.filter(({ passed }) => !passed).length),
      ),
      ...(judgedAt === undefined
        ? []
        : [html("p", { class: "mute" }, `As judged at ${timeOfDay(startedAt, judgedAt)}. `, again)]),
      html(
        "ol",
        { class: "hops" },
        ...hops.map((hop, index) => hopItem(this.controls.state, hop, first, index)),
      ),
    );
  }
}

function verdictParts(verdict: Verdict, blockers: number): (HTMLElement | string)[] {
  if (verdict === "dropped") {
    const count = ["Nothing lets it through.", "One thing is in its way.", "Two things are in its way."][
      blockers
    ];
    return [
      html("span", { class: "dropped" }, "✕ Dropped."),
      ` ${count ?? `${blockers} things are in its way.`}`,
    ];
  }
  const text =
    verdict === "refused"
      ? "✓ It gets there, and is refused: nobody listens."
      : "✓ It gets there, and its reply comes back.";
  return [html("span", { class: "ok" }, text)];
}

function hopItem(
  state: PageState,
  { passed, packet, text, code, nearest }: Hop,
  first: number,
  index: number,
): HTMLElement {
  const isAfter = first >= 0 && index > first;
  const classes = passed ? (isAfter ? "unreached" : "") : "blocks";
  return html(
    "li",
    { class: classes },
    html("span", { class: "sign", "aria-hidden": "true" }, passed ? "✓" : "✕"),
    html(
      "span",
      {},
      packet === "reply" && "reply: ",
      !passed && html("b", { class: "dropped" }, isAfter ? "Would stop it too: " : "Stopped: "),
      text,
      nearest && html("small", {}, state.nearest(nearest)),
      code !== undefined && html("small", { class: "code" }, code),
    ),
  );
}
