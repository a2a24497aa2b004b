/** A request from a node: method, target, port, path, body. */
import type { NodeKey, SendCommand } from "../events";
import type { Controls } from "./controls";
import { html, refresh } from "./dom";

let forms = 0;

/** Anything can be asked for: a node by its name, or an address or DNS name as it is. */
export class RequestForm {
  private readonly listId = `targets-${forms++}`;
  private readonly targets = html("datalist", { id: this.listId });
  private readonly method = html(
    "select",
    { change: () => this.showBody() },
    html("option", {}, "GET"),
    html("option", {}, "POST"),
  );
  private readonly to = html("input", {
    list: this.listId,
    required: true,
    autocomplete: "off",
    input: () => this.suggestPort(),
  });
  private readonly port = html("input", { inputmode: "numeric", pattern: "[0-9]{1,5}", required: true });
  private readonly path = html("input", { value: "/", required: true });
  private readonly body = html("input", { value: '{"num": 7}' });
  private readonly bodyLabel = html("label", { class: "wide" }, "body, JSON", this.body);
  readonly element = html(
    "form",
    { class: "form", submit: event => this.submit(event) },
    html("label", {}, "method", this.method),
    html("label", {}, "to", this.to, this.targets),
    html("label", {}, "port", this.port),
    html("label", { class: "wide" }, "path", this.path),
    this.bodyLabel,
    html("button", { class: "button primary wide", "data-acts": true }, "Send"),
  );

  constructor(
    private readonly controls: Controls,
    private readonly from: NodeKey,
    private readonly send: (request: SendCommand) => void,
  ) {
    this.update();
    this.to.value = this.names().find(([key]) => key !== from)?.[1] ?? "";
    this.suggestPort();
    this.showBody();
  }

  update(): void {
    const names = this.names().map(([, name]) => name);
    refresh(this.targets, names, () => names.map(value => html("option", { value })));
  }

  private names(): [NodeKey, string][] {
    const { state } = this.controls;
    return state.picture.nodes
      .filter(({ kind }) => kind === "load-balancer" || kind === "instance")
      .map(({ key }) => [key, state.name(key)]);
  }

  private target(): string {
    const name = this.to.value.trim();
    return this.names().find(([, each]) => each === name)?.[0] ?? name;
  }

  private suggestPort(): void {
    const node = this.controls.state.node(this.target());
    if (node?.kind === "load-balancer") this.port.value = String(node.listeners[0]?.port ?? 80);
    if (node?.kind === "instance") this.port.value = String(node.services[0]?.ports[0] ?? 80);
  }

  private showBody(): void {
    this.bodyLabel.hidden = this.method.value === "GET";
  }

  private submit(event: Event): void {
    event.preventDefault();
    const method = this.method.value === "POST" ? "POST" : "GET";
    this.send({
      ...{ from: this.from, to: this.target(), port: Number(this.port.value), method, path: this.path.value },
      ...(method === "POST" && { body: this.body.value }),
    });
  }
}
