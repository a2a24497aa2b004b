/** A chosen node: what it is, what can be done with it, its groups' rules. */
import type { InstanceNode, LoadBalancerNode, Node, NodeKey } from "../events";
import type { Answer } from "./answer";
import type { Controls } from "./controls";
import { html, refresh } from "./dom";
import { instanceHealth } from "./nodes";
import { RequestForm } from "./request-form";
import { groupTable } from "./rule-table";
import { suggestionButton, type PanelView } from "./try-it";

const loadCount = 10;

export function nodePanel(controls: Controls, answer: Answer, key: NodeKey): PanelView {
  const { state } = controls;
  const facts = html("dl", { class: "facts" });
  const actions = html("div", { class: "actions" });
  const rules = html("div");
  const form = new RequestForm(controls, key, request => answer.send(request));
  const request = html("div", {}, html("h3", {}, "A request from here"), form.element);
  const knock = state.node(key)?.kind === "operator" ? knockForm(controls, answer, key) : undefined;
  return {
    elements: [facts, actions, request, ...(knock ? [knock.element] : []), answer.element, rules],
    update() {
      const node = state.node(key);
      request.hidden = !node || !canSend(node);
      refresh(facts, node ? factsOf(controls, node) : [], () =>
        node
          ? factsOf(controls, node).flatMap(([name, value]) => [html("dt", {}, name), factValue(name, value)])
          : [html("dd", {}, "It has gone.")],
      );
      refresh(actions, [node, state.picture.suggestions], () =>
        node ? actionsOf(controls, answer, node) : [],
      );
      form.update();
      knock?.update();
      const groups =
        node && "securityGroupIds" in node
          ? node.securityGroupIds.flatMap(id => state.securityGroup(id) ?? [])
          : [];
      refresh(rules, groups, () =>
        groups.flatMap(group => [
          html("h3", {}, `Security group ${group.name}`),
          groupTable(controls, group),
        ]),
      );
    },
  };
}

type Fact = [name: string, value: string];

function factsOf({ state }: Controls, node: Node): Fact[] {
  if (!("interfaces" in node)) return [["address", node.address]];
  const facts: Fact[] = [];
  if (node.kind === "instance") facts.push(["id", node.instanceId]);
  else facts.push(["ARN", node.arn], ["DNS name", node.dnsName]);
  facts.push([
    "address",
    node.interfaces
      .map(each => each.privateIpAddress + (each.publicIpAddress ? `, public ${each.publicIpAddress}` : ""))
      .join("; "),
  ]);
  facts.push([
    "subnet",
    state
      .subnetsOf(node)
      .map(subnet => `${subnet.name} (${subnet.availabilityZone})`)
      .join(", "),
  ]);
  if (node.kind === "load-balancer") {
    for (const { port, url } of node.listeners) facts.push([`port ${port}`, url ?? "listens"]);
    for (const target of node.targets)
      facts.push([`${state.name(target.target)} :${target.port}`, targetText(target)]);
    return facts;
  }
  const health = instanceHealth(state, node);
  facts.push(["state", health ? `${node.state}, ${health.text}` : node.state]);
  for (const { name, release, pid } of node.services)
    facts.push([
      "service",
      `${name}, release ${release}, ${pid === undefined ? "restarting" : `process ${pid}`}`,
    ]);
  for (const target of node.targets) facts.push([target.targetGroup, targetText(target)]);
  return facts;
}

const targetText = ({ state, reason, description }: LoadBalancerNode["targets"][number]) =>
  [state, description ?? reason].filter(Boolean).join(": ");

function factValue(name: string, value: string): HTMLElement {
  if (name !== "id" && name !== "ARN" && name !== "DNS name") return html("dd", {}, value);
  const copy = html(
    "button",
    {
      class: "link",
      "aria-label": `copy ${name}`,
      click: () => {
        void navigator.clipboard.writeText(value).then(() => copy.replaceChildren("copied"));
      },
    },
    "copy",
  );
  return html("dd", {}, html("span", { class: "code" }, value), " ", copy);
}

const canSend = (node: Node) =>
  node.kind === "internet" ||
  (node.kind === "instance" && node.state === "running" && node.services.length > 0);

function actionsOf(controls: Controls, answer: Answer, node: Node): HTMLElement[] {
  const { suggestions } = controls.state.picture;
  const suggested = suggestions
    .filter(({ command }) =>
      "send" in command
        ? [command.send.from, command.send.to].includes(node.key)
        : command.load.to === node.key,
    )
    .map(each => suggestionButton(each, answer));
  const own =
    node.kind === "load-balancer"
      ? balancerActions(answer, node)
      : node.kind === "instance"
        ? instanceActions(controls, node)
        : [];
  const why = action("Ask why from here", () => controls.askFrom(node.key));
  return [...suggested, ...own, ...(node.kind === "api" ? [] : [why])];
}

function balancerActions(answer: Answer, { key, listeners }: LoadBalancerNode): HTMLElement[] {
  return listeners.flatMap(({ port }) => [
    action(`GET :${port} from the Internet`, () =>
      answer.send({ from: "internet", to: key, port, method: "GET", path: "/" }),
    ),
    action(`POST ${loadCount} numbers`, () => answer.load({ to: key, count: loadCount })),
  ]);
}

function instanceActions({ run }: Controls, node: InstanceNode): HTMLElement[] {
  const { instanceId, state, services, key } = node;
  const actions: HTMLElement[] = [];
  if (services.length > 0 && state === "running")
    actions.push(action("Kill the process", () => run("kill", { node: key }), true));
  if (state === "running") actions.push(action("Stop the instance", () => run("stop", { instanceId }), true));
  if (state === "stopped") actions.push(action("Start the instance", () => run("start", { instanceId })));
  if (state !== "shutting-down")
    actions.push(action("Terminate the instance", () => run("terminate", { instanceId }), true));
  return actions;
}

function action(title: string, click: () => void, doesHarm = false): HTMLElement {
  const classes = doesHarm ? "button harm" : "button";
  return html("button", { class: classes, "data-acts": true, "data-focus": title, click }, title);
}

/** The operator only ever speaks SSH: whether a port would let it in. */
function knockForm(
  { state }: Controls,
  answer: Answer,
  from: NodeKey,
): { element: HTMLElement; update: () => void } {
  const to = html("select");
  const port = html("input", { inputmode: "numeric", pattern: "[0-9]{1,5}", value: "22", required: true });
  const submit = (event: Event) => {
    event.preventDefault();
    answer.knock({ from, to: to.value, port: Number(port.value) });
  };
  const element = html(
    "form",
    { class: "form", submit },
    html("label", {}, "knock at", to),
    html("label", {}, "port", port),
    html("button", { class: "button primary wide", "data-acts": true }, "Knock"),
  );
  const update = () => {
    const hosts = state.picture.nodes.filter(({ kind }) => kind === "instance");
    refresh(
      to,
      hosts.map(({ key }) => [key, state.name(key)]),
      () => hosts.map(({ key }) => html("option", { value: key }, state.name(key))),
    );
  };
  return { element, update };
}
