/** Security groups' rules and ACL entries in words, with their hits. */
import type { NetworkAcl, RuleKey, SecurityGroup, SecurityGroupRule } from "../events";
import { ruleFocus, type Controls } from "./controls";
import { html, onlySpoken } from "./dom";
import { allows, entryNumber, entryText, isLast } from "./format";

interface Row {
  key: RuleKey;
  name: string;
  text: string;
  focus: string;
  removedAt?: number;
  isFixed?: boolean;
}

export function groupTable(controls: Controls, group: SecurityGroup): HTMLElement {
  const name = groupNames(controls);
  const rows = group.rules.map(rule => ({
    ...rule,
    text: allows(rule, name),
    focus: ruleFocus(group.id, rule),
  }));
  return table(controls, "rule", rows);
}

export function aclTable(controls: Controls, { entries }: NetworkAcl): HTMLElement {
  const rows = entries.map(entry => ({
    ...entry,
    name: `${entryNumber(entry)} ${entry.direction === "ingress" ? "in" : "out"}`,
    text: entryText(entry),
    focus: entry.key,
    isFixed: isLast(entry),
  }));
  return table(controls, "entry", rows);
}

/** Every group's rules, to read. */
export function allRulesTable(controls: Controls, groups: SecurityGroup[]): HTMLElement {
  const name = groupNames(controls);
  return html(
    "table",
    { class: "rules" },
    head("rule"),
    html(
      "tbody",
      {},
      ...groups.flatMap(group =>
        group.rules.map(rule =>
          html(
            "tr",
            { class: rule.removedAt === undefined ? "" : "removed" },
            html("td", { class: "what" }, fullName(group, rule)),
            html("td", { class: "what" }, allows(rule, name)),
            html("td", { class: "count", "data-hits": rule.key }),
          ),
        ),
      ),
    ),
  );
}

function table(controls: Controls, what: string, rows: Row[]): HTMLElement {
  return html(
    "table",
    { class: "rules" },
    head(what, html("th", { scope: "col" }, onlySpoken("change"))),
    html("tbody", {}, ...rows.map(row => tableRow(controls, what, row))),
  );
}

function head(what: string, ...more: HTMLElement[]): HTMLElement {
  const titles = [what, "what it says"].map(title => html("th", { scope: "col" }, title));
  return html(
    "thead",
    {},
    html("tr", {}, ...titles, html("th", { scope: "col", class: "count" }, "hits"), ...more),
  );
}

function tableRow(
  { run }: Controls,
  what: string,
  { key, name, text, focus, removedAt, isFixed }: Row,
): HTMLElement {
  const isRemoved = removedAt !== undefined;
  const click = () => run(isRemoved ? "restore" : "remove", { rule: key });
  return html(
    "tr",
    { class: isRemoved ? "removed" : "" },
    html("td", { class: "what" }, name),
    html("td", { class: "what" }, text),
    html("td", { class: "count", "data-hits": key }),
    html(
      "td",
      {},
      !isFixed &&
        html(
          "button",
          { class: "link", "data-focus": focus, "data-acts": true, click },
          isRemoved ? "restore" : "remove",
          onlySpoken(` ${what} ${name}`),
        ),
    ),
  );
}

const groupNames =
  ({ state }: Controls) =>
  (id: string) =>
    state.securityGroup(id)?.name;

/** A rule's Name tag often begins with its group's. */
const fullName = (group: SecurityGroup, { name }: SecurityGroupRule) =>
  name.startsWith(group.name) ? name : `${group.name} ${name}`;
