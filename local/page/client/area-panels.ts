/** A chosen network ACL, and the instances of a crowded subnet. */
import type { Answer } from "./answer";
import type { Controls } from "./controls";
import { html, refresh } from "./dom";
import { healthMark, instanceHealth } from "./nodes";
import { aclTable } from "./rule-table";
import type { PanelView } from "./try-it";

export function aclPanel(controls: Controls, answer: Answer, id: string): PanelView {
  const { state } = controls;
  const facts = html("dl", { class: "facts" });
  const entries = html("div");
  return {
    elements: [
      html(
        "p",
        {},
        "Judges every packet at the subnet’s edge; the first entry that fits decides. It remembers no connection: replies are judged too.",
      ),
      facts,
      answer.element,
      entries,
    ],
    update() {
      const acl = state.picture.networkAcls.find(each => each.id === id);
      const subnets = state.picture.subnets
        .filter(subnet => subnet.networkAclId === id)
        .map(({ name, cidrBlock }) => `${name}, ${cidrBlock}`);
      refresh(facts, [acl?.name, subnets], () => [
        html("dt", {}, "id"),
        html("dd", {}, html("span", { class: "code" }, id)),
        html("dt", {}, "subnet"),
        html("dd", {}, subnets.join("; ") || "none"),
      ]);
      refresh(entries, acl, () => [acl ? aclTable(controls, acl) : html("p", {}, "It has gone.")]);
    },
  };
}

export function subnetPanel(controls: Controls, id: string): PanelView {
  const { state } = controls;
  const list = html("ul", { class: "tries" });
  return {
    elements: [html("p", {}, `Every instance of subnet ${state.subnet(id)?.name ?? id}.`), list],
    update() {
      const rows = state.picture.nodes
        .filter(node => node.kind === "instance")
        .filter(({ interfaces }) => interfaces.some(({ subnetId }) => subnetId === id))
        .map(node => ({ key: node.key, name: node.name, health: instanceHealth(state, node) }));
      refresh(list, rows, () =>
        rows.map(({ key, name, health }) =>
          html(
            "li",
            {},
            html(
              "button",
              { class: "button", "data-select": key, "data-focus": `listed ${key}` },
              `${name} `,
              health && healthMark(health),
            ),
          ),
        ),
      );
    },
  };
}
